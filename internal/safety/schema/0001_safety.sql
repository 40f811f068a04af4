-- A clearance says that exactly this content of this record may be public. Whoever shows content refers to
-- (id, record, content_hash), so that no row can be public under a clearance for something else.
create table clearance (
    id           bigint  primary key,
    object       text    not null,
    record       bigint  not null,
    content_hash bytea   not null check (length(content_hash) = 32),
    rules        text    not null,
    review       bigint,
    made_us      bigint  not null,
    seal         bytea   not null check (length(seal) = 32),
    unique (id, record, content_hash)
);
create index clearance_record on clearance (record);

-- Every screening that was not a plain allow.
create table screening (
    id           bigint  primary key,
    object       text    not null,
    record       bigint  not null,
    content_hash bytea   not null,
    stage        text    not null,
    verdict      text    not null check (verdict in ('allow', 'label', 'challenge', 'hold', 'reject', 'escalate')),
    firings      jsonb   not null,
    slots        jsonb   not null,
    rules        text    not null,
    review       bigint,
    made_us      bigint  not null
);
create index screening_record on screening (record, id);
create index screening_verdict on screening (verdict, id);

-- A person's decision that exactly this content may be public.
create table review (
    id           bigint  primary key,
    object       text    not null,
    record       bigint  not null,
    content_hash bytea   not null check (length(content_hash) = 32),
    actor        text    not null,
    reason       text    not null check (reason <> ''),
    made_us      bigint  not null
);
create index review_record on review (record, id);
