-- The way to the Transparency Database. token is encrypted under the site's key, and bound to the address.
create table statement_database (
	id         bigint primary key check (id = 1),
	address    text   not null,
	token      text   not null,
	changed_us bigint not null,
	changed_by text   not null,
	tried_us   bigint,
	problem    text   not null default ''
);
