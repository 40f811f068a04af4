-- Texts that may hold what stands in files are text and not jsonb, because jsonb refuses NUL characters.
create table transfer_import (
	id         bigint primary key,
	object     bigint  not null, -- its number, which a rename does not change
	object_key text    not null, -- as it was called when the file came
	name       text    not null,
	size       bigint  not null,
	sha256     text    not null,
	account    bigint  not null, -- on whose behalf it runs; 0 = the program itself
	state      text    not null, -- uploaded, ready, running, done, cancelled, failed, undoing, undone
	reason     text    not null,
	spec       text    not null, -- JSON: guess, settings, actor, rights
	total      bigint  not null, -- rows; 0 = not known yet
	done       bigint  not null, -- rows that were read and written, or refused: the checkpoint
	made       bigint  not null,
	changed    bigint  not null,
	same       bigint  not null,
	failed     bigint  not null,
	undone     bigint  not null,
	kept       bigint  not null,
	why        text    not null, -- JSON: the records that an undo kept
	created_us bigint  not null,
	started_us bigint,
	moved_us   bigint  not null, -- when anything about it changed last
	ended_us   bigint,
	cleared    boolean not null, -- the file and the refused rows are gone
	rev        bigint  not null
);
create index transfer_import_by_file on transfer_import (sha256);

create table transfer_fault (
	import bigint not null references transfer_import (id),
	line   bigint not null,
	why    text   not null, -- JSON: what is wrong with which cell
	raw    text   not null, -- JSON: the cells as they were
	primary key (import, line)
);

create table transfer_export (
	id         bigint primary key,
	account    bigint not null,
	object     bigint not null,
	object_key text   not null,
	format     text   not null,
	state      text   not null, -- running, done, failed
	reason     text   not null,
	spec       text   not null, -- JSON: query, fields, actor, rights
	done       bigint not null, -- rows
	size       bigint not null, -- bytes
	created_us bigint not null,
	ended_us   bigint
);
