-- print is of the words.Analyzer under which every document up to renewed, or all of them, are indexed.
alter table search_state add column print bigint not null default 0;
alter table search_state add column renewing bigint not null default 0;
alter table search_state add column renewed bigint not null default 0;
alter table search_state add column synonyms bigint not null default 0;
create table search_synonym (
	id    bigint primary key,
	words text not null
);
create table search_miss (
	query    text not null,
	language text not null,
	times    bigint not null,
	last     bigint not null,
	typed    text not null,
	primary key (query, language)
);
create index search_miss_last on search_miss (last);
