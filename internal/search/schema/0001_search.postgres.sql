-- place follows the time of publication; see doc.go.
create table search_document (
	place       bigint primary key,
	listing     bigint not null unique,
	category    bigint not null,
	title       text not null,
	price_minor bigint,
	currency    text,
	x           double precision,
	y           double precision,
	z           double precision,
	numbers     jsonb,
	facets      text not null,
	digest      bigint not null,
	words       tsvector not null
);
create index search_document_words on search_document using gin (words) with (gin_pending_list_limit = 256);
alter table search_document alter column words set statistics 1000;
create table search_state (
	one     bigint primary key,
	version bigint not null
);
insert into search_state (one, version) values (1, 0);
