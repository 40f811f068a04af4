create table automation_flow (
	id        bigint primary key,
	name      text    not null,
	spec      jsonb   not null,
	active    boolean not null,
	owner     bigint  not null, -- the account on whose behalf it acts
	rev       bigint  not null,
	tested    bigint  not null, -- the revision that was tried last
	next_us   bigint            -- when a schedule is due
);

create table automation_run (
	id     bigint primary key,
	flow   bigint not null,
	object text   not null, -- its key
	record bigint not null,
	at_us  bigint not null,
	result text   not null, -- done, passed (the condition did not hold), failed, stopped
	detail jsonb  not null
);
create index automation_run_by_flow on automation_run (flow, id);

-- Dates that have been acted upon: a flow runs once for a record and a date.
create table automation_due (
	flow   bigint not null,
	record bigint not null,
	due    bigint not null, -- the value of the field, days or µs
	primary key (flow, record, due)
);

-- How long the chain is that last wrote a record.
create table automation_chain (
	object text   not null,
	record bigint not null,
	steps  bigint not null,
	at_us  bigint not null,
	primary key (object, record)
);
