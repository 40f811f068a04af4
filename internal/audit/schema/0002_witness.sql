-- What another log remembers of this one: the provider's database has a row for each site.
create table audit_witness (
	log         text   primary key,
	id          bigint not null,
	public_key  text   not null,
	size        bigint not null,
	note        text   not null,
	sighted_us  bigint not null
);
-- Refused checkpoints: while one is not settled, further ones of its kind are counted, not added. offered is the first.
create table audit_alarm (
	id         bigint primary key,
	log        text   not null,
	kind       text   not null check (kind in ('rollback', 'fork', 'key', 'signature')),
	remembered text   not null,
	offered    text   not null,
	first_us   bigint not null,
	last_us    bigint not null,
	times      bigint not null,
	told_us    bigint,
	settled_us bigint,
	settled_by text   not null default '',
	reason     text   not null default ''
);
create unique index audit_alarm_open on audit_alarm (log, kind) where settled_us is null;
