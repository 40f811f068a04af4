-- A decision knows its measure, its rule, its case and, for severe acts, the second person. The table is made anew
-- because SQLite cannot change a check.
create table decision_now (
	id            bigint  primary key,
	object        text    not null,
	record        bigint  not null,
	outcome       text    not null check (outcome in ('publish', 'reject', 'remove', 'keep', 'change', 'restrict')),
	measure       text    not null check (measure in ('publish', 'change', 'restrict', 'remove', 'suspend', 'escalate', 'keep')),
	ground        text    not null,
	reason        text    not null,
	rule          text    not null default '',
	policy        text    not null default '',
	locale        text    not null default '',
	automatic     boolean not null default false,
	severe        boolean not null default false,
	preserved     boolean not null default false,
	notice        bigint  references notice (id),
	safety_case   bigint,
	act           bigint,
	author        bigint,
	was           text    not null default '',
	actor         text    not null,
	second        text,
	made_us       bigint  not null,
	undone_us     bigint,
	undone_by     text,
	undone_reason text,
	check (second is null or second <> actor),
	check (measure not in ('suspend', 'escalate') or second is not null),
	check ((undone_us is null) = (undone_by is null))
);
insert into decision_now (id, object, record, outcome, measure, ground, reason, notice, actor, made_us)
select id, object, record, outcome, case outcome when 'reject' then 'remove' else outcome end, ground, reason, notice, actor, made_us
from decision;
drop table decision;
alter table decision_now rename to decision;
create index decision_by_record on decision (record, id);
create index decision_by_actor on decision (actor, made_us);
create index decision_by_act on decision (act) where act is not null;

-- What waits for a person. Two people cannot decide one case: it is decided once, by an update that finds it undecided.
create table safety_case (
	id               bigint primary key,
	kind             text   not null check (kind in ('listing', 'text', 'notice', 'appeal', 'network', 'photo', 'sample')),
	object           text   not null,
	record           bigint not null,
	state            text   not null check (state in ('open', 'claimed', 'waiting', 'decided')),
	queue            text   not null,
	severity         bigint not null check (severity between 0 and 3),
	language         text   not null,
	category         text   not null,
	policy           text   not null,
	barred           bigint,
	claimed_by       bigint,
	claimed_until_us bigint,
	decision         bigint,
	opened_us        bigint not null,
	due_us           bigint not null,
	decided_us       bigint,
	decided_by       bigint,
	check ((state = 'claimed') = (claimed_by is not null)),
	check ((state = 'claimed') = (claimed_until_us is not null)),
	check ((state = 'decided') = (decided_us is not null)),
	check (claimed_by is null or barred is null or claimed_by <> barred),
	check (decided_by is null or barred is null or decided_by <> barred)
);
create unique index safety_case_undecided on safety_case (kind, object, record) where state <> 'decided';
create index safety_case_by_queue on safety_case (severity, due_us, id) where state <> 'decided';
create index safety_case_by_record on safety_case (record, id);
create index safety_case_by_decision on safety_case (decided_us) where state = 'decided';

create table safety_route (
	place    bigint primary key,
	kind     text   not null,
	severity bigint not null,
	language text   not null,
	category text   not null,
	queue    text   not null
);

-- A severe act is proposed by one person and carried out when another one confirms it.
create table proposal (
	id        bigint primary key,
	measure   text   not null,
	decision  jsonb  not null,
	targets   jsonb  not null,
	count     bigint not null,
	state     text   not null check (state in ('open', 'confirmed', 'declined')),
	proposer  bigint not null,
	confirmer bigint,
	note      text   not null default '',
	made_us   bigint not null,
	closed_us bigint,
	check (confirmer is null or confirmer <> proposer),
	check (state <> 'confirmed' or confirmer is not null),
	check ((state = 'open') = (closed_us is null))
);
create index proposal_open on proposal (id) where state = 'open';

-- Every look at a veiled photo. Nothing else counts as having seen it.
create table exposure (
	id       bigint  primary key,
	reviewer bigint  not null,
	sha256   text    not null,
	object   text    not null,
	record   bigint  not null,
	severe   boolean not null,
	again    boolean not null,
	look_ms  bigint  not null check (look_ms between 0 and 3600000),
	made_us  bigint  not null
);
create index exposure_by_reviewer on exposure (reviewer, made_us);
create index exposure_by_hash on exposure (sha256, reviewer);

create table reviewer (
	account       bigint primary key,
	queues        text   not null,
	languages     text   not null,
	declined      text   not null,
	daily_looks   bigint not null check (daily_looks between 0 and 1000),
	break_minutes bigint not null check (break_minutes between 10 and 240),
	changed_us    bigint not null
);

-- The second, blind decision about what somebody else decided.
create table second_look (
	decision bigint primary key,
	first    bigint not null,
	second   bigint not null,
	policy   text   not null,
	measure  text   not null,
	other    text   not null,
	reason   text   not null,
	made_us  bigint not null,
	check (first <> second)
);
create index second_look_by_time on second_look (made_us);

create table saved_reply (
	id       bigint primary key,
	name     text   not null,
	language text   not null,
	measure  text   not null,
	ground   text   not null,
	body     text   not null,
	made_us  bigint not null,
	unique (language, name)
);
