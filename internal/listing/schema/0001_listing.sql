create table category (
	id       bigint primary key,
	parent   bigint references category (id),
	slug     text   not null,
	names    jsonb  not null,
	icon     text   not null,
	position bigint not null,
	unique (parent, slug)
);

create table attribute (
	id         bigint primary key,
	category   bigint  not null references category (id),
	slug       text    not null,
	names      jsonb   not null,
	type       text    not null check (type in ('text', 'integer', 'decimal', 'boolean', 'choice')),
	unit       text    not null,
	options    jsonb   not null,
	depends_on text    not null,
	required   boolean not null,
	facet      boolean not null,
	on_card    boolean not null,
	position   bigint  not null,
	unique (category, slug)
);

create table seller (
	id          bigint primary key,
	kind        text   not null check (kind in ('private', 'business')),
	name        text   not null,
	town        text   not null,
	since_us    bigint not null,
	verified_us bigint
);

create table listing (
	id             bigint primary key,
	source         text   not null,
	external       text,
	seller         bigint not null references seller (id),
	category       bigint not null references category (id),
	kind           text   not null check (kind in ('sell', 'wanted', 'swap', 'free')),
	locale         text   not null,
	title          text   not null,
	body           text   not null,
	price_minor    bigint check (price_minor >= 0),
	currency       text   not null,
	place          text   not null,
	lat            double precision,
	lon            double precision,
	attributes     jsonb  not null,
	photos         jsonb  not null,
	content_hash   bytea  not null,
	status         text   not null check (status in ('live', 'held', 'rejected', 'challenged', 'paused', 'sold', 'expired', 'removed')),
	clearance      bigint,
	clearance_seal bytea,
	rev            bigint not null,
	created_us     bigint not null,
	updated_us     bigint not null,
	published_us   bigint,
	expires_us     bigint,
	unique (source, external),
	-- Promise 1: what is live has a clearance, and the clearance is for this listing with this content.
	check (status <> 'live' or (clearance is not null and clearance_seal is not null and published_us is not null)),
	foreign key (clearance, id, content_hash) references clearance (id, record, content_hash)
);
create index listing_by_status on listing (status, id);
create index listing_by_seller on listing (seller, status, id);
create index listing_by_category on listing (category, id);
create index listing_by_created on listing (created_us, status);
create index listing_by_place on listing (lower(place)) where status = 'live';
create index listing_by_expiry on listing (expires_us) where status = 'live';

-- Which listings show a photo: the answer to "may this photo be seen?".
create table listing_photo (
	sha256  text   not null,
	listing bigint not null references listing (id) on delete cascade,
	primary key (sha256, listing)
);
create index listing_photo_by_listing on listing_photo (listing);

create table import_run (
	id         bigint primary key,
	source     text   not null,
	file_sum   text   not null,
	rows_done  bigint not null,
	tally      jsonb  not null,
	began_us   bigint not null,
	updated_us bigint not null,
	ended_us   bigint,
	unique (source, file_sum)
);
