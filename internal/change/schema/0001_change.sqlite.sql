create table change (
	seq    integer primary key,
	id     bigint not null,
	at_us  bigint not null,
	actor  text   not null,
	action text   not null,
	object text   not null,
	record bigint not null,
	diff   text,
	salt   blob,
	digest blob   not null
);
create index change_by_record on change (record, seq);
