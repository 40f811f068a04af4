-- One row: how far the banks have changed, so that a process sees by one cheap question whether it must read; and up to
-- where the photos of earlier records were compared with what came in.
create table hash_state (
	id      bigint primary key check (id = 1),
	version bigint not null,
	swept   bigint not null
);
insert into hash_state (id, version, swept) values (1, 0, 0);

create table hash_bank (
	id   bigint primary key,
	name text   not null unique
);
insert into hash_bank (id, name) values (1, 'illegal'), (2, 'intimate'), (3, 'prohibited'), (4, 'removed'), (5, 'stock');

create table hash_import (
	id        bigint  primary key,
	bank      bigint  not null references hash_bank (id),
	name      text    not null, -- of the file, as it was sent
	source    text    not null,
	reason    text    not null check (reason <> ''),
	author    text    not null,
	made_us   bigint  not null,
	size      bigint  not null,           -- bytes
	read      bigint  not null default 0, -- of them
	done      bigint  not null default 0, -- rows
	added     bigint  not null default 0,
	known     bigint  not null default 0, -- were there already
	refused   bigint  not null default 0,
	problems  jsonb   not null,           -- the first of them, with their lines
	state     text    not null check (state in ('waiting', 'done', 'failed')),
	failure   text    not null default '',
	ended_us  bigint  not null default 0
);

-- An entry is never deleted. pdq and sha256 are empty where they are not known. version is that of hash_state when the
-- entry last changed.
create table hash_entry (
	id             bigint primary key,
	bank           bigint not null references hash_bank (id),
	pdq            bytea  not null,
	quality        bigint not null,
	sha256         text   not null,
	source         text   not null,
	reason         text   not null check (reason <> ''),
	author         text   not null check (author <> ''),
	added_us       bigint not null,
	version        bigint not null,
	removed_us     bigint not null default 0,
	removed_by     text   not null default '',
	removed_reason text   not null default '',
	check (length(pdq) in (0, 32)),
	check (length(sha256) in (0, 64)),
	check (length(pdq) + length(sha256) > 0),
	check (removed_us = 0 or (removed_by <> '' and removed_reason <> ''))
);
create unique index hash_entry_once on hash_entry (bank, pdq, sha256) where removed_us = 0;
create index hash_entry_sha256 on hash_entry (sha256) where sha256 <> '' and removed_us = 0;
create index hash_entry_version on hash_entry (version);
create index hash_entry_newest on hash_entry (bank, id);

-- Which record shows which photo, for what comes into a bank later. Forgotten with the record.
create table photo_seen (
	object  text   not null,
	record  bigint not null,
	sha256  text   not null,
	pdq     bytea  not null, -- empty when the quality is too low to compare
	at_us   bigint not null,
	primary key (object, record, sha256, pdq)
);
create index photo_seen_sha256 on photo_seen (sha256);

create table hash_hit (
	id        bigint  primary key,
	bank      bigint  not null references hash_bank (id),
	entry     bigint  not null references hash_entry (id),
	object    text    not null,
	record    bigint  not null,
	sha256    text    not null,
	distance  bigint  not null,
	form      bigint  not null,
	severe    boolean not null,
	at_us     bigint  not null,
	lifted_us bigint  not null default 0,
	unique (object, record, sha256, entry)
);
create index hash_hit_severe on hash_hit (sha256) where severe and lifted_us = 0;
create index hash_hit_entry on hash_hit (entry);
create index hash_hit_bank on hash_hit (bank, id);

create table hash_provider (
	name      text   primary key,
	place     text   not null, -- where the provider's list goes on, as it said
	pulled_us bigint not null,
	failure   text   not null default ''
);
