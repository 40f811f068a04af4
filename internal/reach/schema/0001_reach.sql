-- What happened to a listing on one day: days are counted from 1970-01-01 in the site's time zone. The seller stands here
-- too, so that a shop's figures need no list of its listings.
create table reach_day (
	listing  bigint not null,
	day      bigint not null,
	seller   bigint not null,
	views    bigint not null default 0 check (views >= 0),
	contacts bigint not null default 0 check (contacts >= 0),
	saves    bigint not null default 0,
	primary key (listing, day)
);
-- Holds all that the best listings of a shop are chosen by, so that their rows need not be read.
create index reach_day_by_seller on reach_day (seller, day, listing, views, contacts, saves);

-- The same, added up over all listings of a seller, and over all days of a listing: a shop has thousands of rows above.
create table reach_seller_day (
	seller   bigint not null,
	day      bigint not null,
	views    bigint not null default 0,
	contacts bigint not null default 0,
	saves    bigint not null default 0,
	primary key (seller, day)
);

create table reach_total (
	listing  bigint primary key,
	views    bigint not null default 0,
	contacts bigint not null default 0,
	saves    bigint not null default 0
);
