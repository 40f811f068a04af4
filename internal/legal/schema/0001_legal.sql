create table statement (
	id            bigint  primary key,
	code          text    not null unique,
	code_mark     text    not null unique,
	decision      bigint  not null unique,
	object        text    not null,
	record        bigint  not null,
	author        bigint  not null,
	decided_by    text    not null,
	locale        text    not null,
	measure       text    not null check (measure in ('change', 'restrict', 'remove', 'refuse', 'suspend')),
	ground        text    not null,
	rule          text    not null,
	source        text    not null check (source in ('notice', 'trusted', 'own', 'automation')),
	automatic     boolean not null,
	taken         boolean not null,
	title         text    not null,
	parts         text    not null,
	content_us    bigint  not null,
	since_us      bigint  not null,
	made_us       bigint  not null,
	until_us      bigint,
	dsa           text    not null,
	dsa_state     text    not null check (dsa_state in ('waiting', 'sent', 'refused')),
	dsa_reason    text    not null,
	dsa_us        bigint,
	reversed_us   bigint
);
create index statement_by_record on statement (record, object);
create index statement_by_author on statement (author, id);
create index statement_by_time on statement (made_us);
create index statement_by_state on statement (dsa_state, id);

create table statement_redress (
	id         bigint primary key check (id = 1),
	body       text   not null,
	address    text   not null,
	changed_us bigint not null
);

create table duty (
	id            bigint primary key,
	kind          text   not null,
	object        text   not null,
	record        bigint not null,
	began_us      bigint not null,
	warn_us       bigint not null,
	due_us        bigint not null,
	discharged_us bigint,
	discharged_by text   not null,
	seq           bigint,
	warned_us     bigint,
	alarmed_us    bigint,
	check (warn_us between began_us and due_us)
);
create unique index duty_open on duty (kind, object, record) where discharged_us is null;
create index duty_by_due on duty (due_us) where discharged_us is null;
create index duty_unnumbered on duty (id) where seq is null;
