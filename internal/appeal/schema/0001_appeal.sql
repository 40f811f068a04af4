create table appeal (
	id          bigint primary key,
	code        text   not null unique,
	code_mark   text   not null unique,
	decision    bigint not null,
	object      text   not null,
	record      bigint not null,
	decided_by  text   not null,
	seconded_by text   not null,
	party       text   not null check (party in ('author', 'notifier', 'named')),
	party_key   text   not null,
	account     bigint not null,
	text        text   not null,
	name        text   not null,
	email       text   not null,
	locale      text   not null,
	state       text   not null check (state in ('open', 'upheld', 'overturned', 'partly')),
	answer      text   not null,
	answered_by text   check (answered_by like 'staff:%'),
	answered_us bigint,
	made_us     bigint not null,
	check (answered_by <> decided_by),
	check (answered_by <> seconded_by),
	check ((state = 'open') = (answered_by is null)),
	check ((state = 'open') = (answered_us is null))
);
create unique index appeal_of_party on appeal (decision, party_key);
create index appeal_by_state on appeal (state, id);
create index appeal_by_account on appeal (account, id);

create table appeal_pass (
	id        bigint primary key,
	code_mark text   not null unique,
	decision  bigint not null,
	made_by   text   not null,
	made_us   bigint not null
);
