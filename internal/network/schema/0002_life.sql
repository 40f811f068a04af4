-- Networks have a number for people, end when nothing of them is left, part, and remember what was ruled about them. The
-- tables are made anew because SQLite cannot change a check.
create table network_now (
	id         bigint primary key,
	number     bigint not null unique, -- as people name it: N-311
	state      text   not null check (state in ('open', 'decided', 'dismissed', 'ended', 'merged')),
	score      double precision not null,
	coverage   double precision not null,
	listings   bigint not null,
	active     bigint not null, -- listings that are seen, or wait
	accounts   bigint not null,
	phones     bigint not null,
	places     bigint not null,
	template   text   not null, -- with [1], [2] for its slots; empty when nobody wrote the same
	first_us   bigint not null, -- when the first was offered
	last_us    bigint not null,
	opened_us  bigint not null,
	screened   bigint not null, -- how many listings it had when all were screened again
	decided_us bigint not null, -- 0: nobody has ruled
	judged     bigint not null, -- how many accounts it had then
	pending    text   not null, -- acts that wait for a second person, by their ids with a comma between
	stale      boolean not null, -- something left; it is to be looked at again
	drawing    text   not null -- a small graph as JSON; empty: none is drawn
);
insert into network_now (id, number, state, score, coverage, listings, active, accounts, phones, places, template, first_us, last_us,
	opened_us, screened, decided_us, judged, pending, stale, drawing)
select id, row_number() over (order by id), state, score, coverage, listings, listings, accounts, phones, places, template, first_us, last_us,
	opened_us, screened, decided_us, judged, '', true, ''
from network;

create table network_member_now (
	listing   bigint not null primary key,
	network   bigint not null references network_now (id),
	account   bigint not null, -- 0: not known, or erased
	place     text   not null,
	lat       double precision not null, -- coarse; 0, 0 for none
	lon       double precision not null,
	fillings  jsonb  not null, -- what it puts into the slots
	coverage  double precision not null,
	made_us   bigint not null,
	joined_us bigint not null,
	ended     boolean not null -- nobody sees it, and it waits for nobody
);
insert into network_member_now (listing, network, account, place, lat, lon, fillings, coverage, made_us, joined_us, ended)
select listing, network, account, place, lat, lon, fillings, coverage, made_us, joined_us, false
from network_member;

create table network_link_now (
	network bigint not null references network_now (id),
	a       bigint not null,
	b       bigint not null,
	stage   text   not null check (stage in ('A', 'B', 'C', 'D')),
	reason  text   not null,
	weight  double precision not null,
	entity  text   not null,
	shown   text   not null,
	primary key (network, a, b, stage, reason)
);
insert into network_link_now (network, a, b, stage, reason, weight, entity, shown)
select network, a, b, stage, reason, weight, entity, shown
from network_link;

create table network_event_now (
	id      bigint not null primary key,
	network bigint not null references network_now (id),
	kind    text   not null check (kind in ('opened', 'joined', 'merged', 'absorbed', 'split', 'parted', 'left', 'ended', 'reopened',
		'proposed', 'declined', 'decided', 'dismissed', 'undone')),
	at_us   bigint not null,
	actor   text   not null,
	count   bigint not null, -- of listings
	other   bigint not null, -- the network that was merged in, or that this became part of
	note    text   not null,
	acts    text   not null, -- of the decision, by their ids with a comma between
	second  text   not null  -- who confirmed it
);
insert into network_event_now (id, network, kind, at_us, actor, count, other, note, acts, second)
select id, network, kind, at_us, actor, count, other, note, '', ''
from network_event;

drop table network_event;
drop table network_link;
drop table network_member;
drop table network;
alter table network_now rename to network;
alter table network_member_now rename to network_member;
alter table network_link_now rename to network_link;
alter table network_event_now rename to network_event;
create index network_state on network (state, score desc, id);
create index network_stale on network (id) where stale or pending <> '';
create index network_member_network on network_member (network, listing);
create index network_member_account on network_member (account);
create index network_link_entity on network_link (entity) where entity <> '';
create index network_event_network on network_event (network, id);

-- What somebody found harmless: these accounts belong together, by these ties. It holds nothing any more; new ties do.
create table network_pardon (
	network bigint not null references network (id),
	account bigint not null, -- 0: this row is a tie
	entity  text   not null, -- hash of what they share; empty: this row is an account
	primary key (network, account, entity)
);
create index network_pardon_account on network_pardon (account);
