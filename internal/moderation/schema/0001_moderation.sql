create table notice (
	id          bigint primary key,
	code        text   not null unique,
	object      text   not null,
	record      bigint not null,
	ground      text   not null,
	explanation text   not null,
	name        text   not null,
	email       text   not null,
	locale      text   not null,
	state       text   not null check (state in ('open', 'answered')),
	answer      text   not null,
	made_us     bigint not null,
	answered_us bigint
);
create index notice_by_state on notice (state, id);
create index notice_by_record on notice (record);

create table decision (
	id      bigint primary key,
	object  text   not null,
	record  bigint not null,
	outcome text   not null check (outcome in ('publish', 'reject', 'remove', 'keep')),
	ground  text   not null,
	reason  text   not null,
	notice  bigint references notice (id),
	actor   text   not null,
	made_us bigint not null
);
create index decision_by_record on decision (record, id);
