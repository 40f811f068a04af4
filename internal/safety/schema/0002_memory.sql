-- What was screened, under the keys it is counted by. Keys of telephone numbers, addresses, photos and places are hashes
-- under the site's key. Rows older than 90 days are removed.
create table sighting (
    id      bigint primary key,
    event   text   not null,
    record  bigint not null,
    keys    jsonb  not null,
    made_us bigint not null
);
create index sighting_made on sighting (made_us);

-- What held and refused screenings saw, and a sample of the others, so that a changed rule can be tried on it. Rows older
-- than 90 days are removed, and those of a record with the record.
create table screening_input (
    id           bigint primary key,
    object       text   not null,
    record       bigint not null,
    content_hash bytea  not null,
    verdict      text   not null check (verdict in ('allow', 'label', 'challenge', 'hold', 'reject', 'escalate')),
    subject      jsonb  not null,
    facts        jsonb  not null,
    made_us      bigint not null
);
create index screening_input_record on screening_input (record);
create index screening_input_made on screening_input (made_us);
