-- Until when a listing has a place above the others. Which one it is says a mark on the page.
create table listing_feature (
	listing  bigint primary key references listing (id),
	until_us bigint not null
);
create index listing_feature_by_end on listing_feature (until_us);
