-- saved_* is the price when it was saved, told_* the lowest the member was told since, so that a price that goes up and
-- down again is no news. A price of null is no stated price.
create table favourite (
	account       bigint not null,
	listing       bigint not null,
	saved_us      bigint not null,
	saved_minor   bigint,
	told_minor    bigint,
	currency      text   not null,
	told_us       bigint, -- the last notice of a lower price
	primary key (account, listing)
);
create index favourite_by_listing on favourite (listing, account);

create table following (
	account  bigint not null,
	seller   bigint not null,
	since_us bigint not null,
	told_us  bigint not null, -- newer listings than this one's news have not been told yet
	primary key (account, seller)
);
create index following_by_seller on following (seller, account);

-- Listings of followed sellers that went live: each is news once, however often it goes away and comes back.
create table following_news (
	listing bigint  primary key,
	seller  bigint  not null,
	at_us   bigint  not null,
	told    boolean not null
);
create index following_news_waiting on following_news (seller) where not told;
