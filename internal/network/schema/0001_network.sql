create table network (
	id         bigint primary key,
	state      text   not null check (state in ('open', 'decided', 'dismissed', 'merged')),
	score      double precision not null,
	coverage   double precision not null,
	listings   bigint not null,
	accounts   bigint not null,
	phones     bigint not null,
	places     bigint not null,
	template   text   not null, -- with [1], [2] for its slots; empty when nobody wrote the same
	first_us   bigint not null, -- when the first was offered
	last_us    bigint not null,
	opened_us  bigint not null,
	screened   bigint not null, -- how many listings it had when all were screened again
	decided_us bigint not null, -- 0: it is open
	judged     bigint not null  -- how many accounts it had then
);
create index network_state on network (state, score desc, id);

create table network_member (
	listing   bigint not null primary key,
	network   bigint not null references network (id),
	account   bigint not null, -- 0: not known, or erased
	place     text   not null,
	lat       double precision not null, -- coarse; 0, 0 for none
	lon       double precision not null,
	fillings  jsonb  not null, -- what it puts into the slots
	coverage  double precision not null,
	made_us   bigint not null,
	joined_us bigint not null
);
create index network_member_network on network_member (network, listing);
create index network_member_account on network_member (account);

-- What ties two listings. entity is a hash under the site's key; shown is masked.
create table network_link (
	network bigint not null references network (id),
	a       bigint not null,
	b       bigint not null,
	stage   text   not null check (stage in ('A', 'B', 'C', 'D')),
	reason  text   not null,
	weight  double precision not null,
	entity  text   not null,
	shown   text   not null,
	primary key (network, a, b, stage, reason)
);
create index network_link_entity on network_link (entity) where entity <> '';

create table network_event (
	id      bigint not null primary key,
	network bigint not null references network (id),
	kind    text   not null check (kind in ('opened', 'joined', 'merged', 'left', 'reopened', 'decided', 'dismissed')),
	at_us   bigint not null,
	actor   text   not null,
	count   bigint not null, -- of listings
	other   bigint not null, -- the network that was merged in
	note    text   not null
);
create index network_event_network on network_event (network, id);
