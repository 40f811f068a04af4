create table change_reader (
	name  text primary key,
	seq   bigint not null,
	at_us bigint not null
);
