-- seq is null until somebody reads; see doc.go. xid orders the rows that are numbered together.
create table change (
	id     bigint primary key,
	seq    bigint unique,
	xid    bigint not null default (pg_current_xact_id()::text::bigint),
	at_us  bigint not null,
	actor  text   not null,
	action text   not null,
	object text   not null,
	record bigint not null,
	diff   text,
	salt   bytea,
	digest bytea  not null
);
create index change_unnumbered on change (xid, id) where seq is null;
create index change_by_record on change (record, seq);
