create table audit_tile (
	level  bigint not null,
	number bigint not null,
	hashes blob   not null,
	primary key (level, number)
);
create table audit_seal (
	size  bigint primary key,
	root  blob   not null,
	note  text   not null,
	at_us bigint not null
);
