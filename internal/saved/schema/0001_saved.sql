-- What somebody looks for. query is the address as the index understands it, as JSON. Of day and the day before it is
-- known how much the search found. One that was deleted stays for a day, so that it can come back.
create table saved_search (
	id          bigint  primary key,
	account     bigint  not null,
	name        text    not null,
	address     text    not null, -- path and parameters on this site, canonical
	query       jsonb   not null,
	often       text    not null check (often in ('instant', 'daily', 'weekly', 'never')),
	drops       boolean not null, -- lower prices are news too
	state       text    not null check (state in ('on', 'paused', 'asleep', 'ended')),
	created_us  bigint  not null,
	looked_us   bigint  not null, -- what was found since is new
	opened_us   bigint  not null, -- the last sign that its alerts are read
	told_us     bigint, -- the last alert
	ended_us    bigint,
	day         bigint  not null, -- days since 1970, UTC
	hits        bigint  not null, -- on that day
	hits_before bigint  not null  -- on the day before it
);
create unique index saved_search_once on saved_search (account, address) where state <> 'ended';
create index saved_search_by_account on saved_search (account, id);
create index saved_search_unread on saved_search (opened_us) where state = 'on';
create index saved_search_ended on saved_search (ended_us) where state = 'ended';

-- What a search found: each listing once as new and once as cheaper.
create table saved_find (
	search  bigint  not null,
	listing bigint  not null,
	kind    text    not null check (kind in ('new', 'drop')),
	at_us   bigint  not null,
	told    boolean not null,
	primary key (search, listing, kind)
);
create index saved_find_newest on saved_find (search, at_us, listing);
create index saved_find_waiting on saved_find (search, at_us, listing) where not told;
create index saved_find_by_age on saved_find (at_us);

-- Listings that became visible or changed their price and have not been matched yet, by the place of that change in the log.
create table saved_due (
	seq     bigint primary key,
	listing bigint not null,
	at_us   bigint not null
);
