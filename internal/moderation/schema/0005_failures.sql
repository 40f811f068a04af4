-- Entries of the change log whose consequences failed. Each is tried again alone; none is forgotten before it succeeded.
create table case_failure (
	seq      bigint primary key,
	object   text   not null,
	record   bigint not null,
	action   text   not null,
	fault    text   not null,
	attempts bigint not null check (attempts > 0),
	made_us  bigint not null,
	next_us  bigint not null
);
create index case_failure_by_time on case_failure (next_us);
