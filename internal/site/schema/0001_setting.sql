create table setting (
	name  text  primary key,
	value jsonb not null
);
