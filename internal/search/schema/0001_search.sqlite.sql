-- place follows the time of publication; see doc.go.
create table search_document (
	place       integer primary key,
	listing     bigint not null unique,
	category    bigint not null,
	title       text not null,
	price_minor bigint,
	currency    text,
	x           double precision,
	y           double precision,
	z           double precision,
	numbers     text,
	facets      text not null,
	digest      bigint not null
);
create virtual table search_text using fts5 (
	title, body, tokens,
	content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'"
);
create table search_state (
	one     bigint primary key,
	version bigint not null
);
insert into search_state (one, version) values (1, 0);
