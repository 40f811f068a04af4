create table site (
	id         bigint primary key,
	slug       text   not null unique,
	name       text   not null,
	created_us bigint not null,
	state      text   not null check (state in ('active', 'suspended'))
);
create table site_host (
	host text   primary key,
	site bigint not null references site (id)
);
create index site_host_by_site on site_host (site);
