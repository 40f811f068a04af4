-- One row: what counts up when something changed, so that other processes see it by one cheap question.
create table rulebook_state (
	id      bigint primary key check (id = 1),
	rules   bigint not null, -- rules, tightenings and lists of words: what must be compiled
	entries bigint not null, -- lists and labels: what is answered from memory
	learned bigint not null
);
insert into rulebook_state (id, rules, entries, learned) values (1, 0, 0, 0);

-- A rule of this site. No name of the provider fits.
create table site_rule (
	id      bigint primary key,
	name    text   not null unique check (name like 'site/%'),
	version bigint not null check (version >= 1),
	made_us bigint not null
);

-- Every version of a rule. body is the rule as it was written, as JSON.
create table site_rule_version (
	rule    bigint not null references site_rule (id),
	version bigint not null check (version >= 1),
	body    jsonb  not null,
	author  text   not null,
	reason  text   not null check (reason <> ''),
	made_us bigint not null,
	primary key (rule, version)
);

-- What this site makes stricter about a rule of the provider.
create table rule_tightening (
	rule    text   primary key,
	outcome text   not null check (outcome in ('challenge', 'hold', 'reject', 'escalate')),
	author  text   not null,
	reason  text   not null check (reason <> ''),
	made_us bigint not null
);

create table value_list (
	id      bigint primary key,
	name    text   not null unique,
	kind    text   not null check (kind in ('phone', 'mail', 'link', 'account', 'text', 'word')),
	about   text   not null,
	author  text   not null,
	made_us bigint not null
);

-- value is the compared form, shown what was typed.
create table value_list_entry (
	list       bigint not null references value_list (id),
	value      text   not null check (value <> ''),
	shown      text   not null,
	reason     text   not null,
	author     text   not null,
	made_us    bigint not null,
	expires_us bigint,
	primary key (list, value)
);

create table entity_label (
	entity     text   not null check (entity in ('author', 'phone', 'mail', 'link', 'handle', 'photo', 'place')),
	value      text   not null check (value <> ''),
	name       text   not null check (name <> ''),
	reason     text   not null,
	author     text   not null,
	made_us    bigint not null,
	expires_us bigint,
	primary key (entity, value, name)
);
create index entity_label_made on entity_label (made_us);

-- A back-test. draft is the rule that was tried, mark the hash of what it decides by.
create table rule_trial (
	id       bigint primary key,
	rule     text   not null,
	mark     text   not null,
	draft    jsonb  not null,
	state    text   not null check (state in ('waiting', 'running', 'done', 'failed')),
	done     bigint not null,
	total    bigint not null,
	result   jsonb,
	fault    text,
	author   text   not null,
	made_us  bigint not null,
	ended_us bigint
);
create index rule_trial_mark on rule_trial (mark, id);

-- What was learned from decisions: the newest counts.
create table learned_model (
	id       bigint  primary key,
	is_on    boolean not null,
	passes   boolean not null, -- above the bar
	report   jsonb   not null,
	model    bytea   not null,
	author   text    not null,
	made_us  bigint  not null
);
