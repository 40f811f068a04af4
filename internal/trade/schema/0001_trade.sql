-- What a buyer (an account) and a seller agreed on. due_us is when something follows from time alone.
create table trade (
	id           bigint primary key,
	conversation bigint,
	listing      bigint  not null,
	title        text    not null,
	seller       bigint  not null,
	buyer        bigint  not null,
	price_minor  bigint check (price_minor >= 0),
	currency     text    not null,
	status       text    not null check (status in ('proposed', 'agreed', 'done', 'fell_through', 'declined', 'lapsed')),
	proposed_by  text    not null check (proposed_by in ('buyer', 'seller')),
	said_by      text check (said_by in ('buyer', 'seller')),
	linked       boolean not null,
	reminded     boolean not null,
	rev          bigint  not null,
	made_us      bigint  not null,
	agreed_us    bigint,
	said_us      bigint,
	ended_us     bigint,
	due_us       bigint,
	check (status in ('proposed', 'declined', 'lapsed') or agreed_us is not null)
);
create index trade_by_seller on trade (seller, id);
create index trade_by_buyer on trade (buyer, id);
create index trade_by_due on trade (due_us) where due_us is not null;
-- Two people have one open trade about a listing at a time.
create unique index trade_open on trade (listing, buyer) where status in ('proposed', 'agreed');

-- What one side says of the other after a trade, and what the other answers. about is a seller or, when the seller's side
-- wrote, the buyer's account; pair is the counterparty: together they are the two people. ready_us is when it was first
-- cleared. Promise 1 as for listings.
create table trade_review (
	id             bigint primary key,
	trade          bigint  not null references trade (id),
	side           text    not null check (side in ('buyer', 'seller')),
	part           text    not null check (part in ('review', 'answer')),
	author         bigint  not null,
	name           text    not null,
	about          bigint  not null,
	pair           bigint  not null,
	stars          bigint  not null,
	tags           jsonb   not null,
	body           text    not null,
	locale         text    not null,
	content_hash   bytea   not null,
	status         text    not null check (status in ('held', 'rejected', 'waiting', 'published', 'removed')),
	clearance      bigint,
	clearance_seal bytea,
	watched        boolean not null,
	refused        text    not null,
	reason         text    not null,
	appeal         text    not null,
	muted          boolean not null,
	linked         boolean not null,
	counted        boolean not null,
	rev            bigint  not null,
	written_us     bigint  not null,
	changed_us     bigint  not null,
	ready_us       bigint,
	published_us   bigint,
	appealed_us    bigint,
	unique (trade, side, part),
	check (part = 'review' and stars between 1 and 5 or part = 'answer' and stars = 0),
	check (status not in ('waiting', 'published') or (clearance is not null and clearance_seal is not null)),
	check (status <> 'published' or published_us is not null),
	foreign key (clearance, id, content_hash) references clearance (id, record, content_hash)
);
create index trade_review_by_pair on trade_review (about, pair, published_us);
create index trade_review_counted on trade_review (about, published_us, id) where counted;
create index trade_review_by_author on trade_review (author);
create index trade_review_waiting on trade_review (ready_us) where status = 'waiting';

-- Sums over the counted reviews about a seller, or about a buyer's account. The decayed sums are in units of a fixed
-- moment, so that they need no change as time passes (rating.go).
create table trade_rating (
	subject bigint primary key,
	parties bigint not null,
	stars_1 bigint not null,
	stars_2 bigint not null,
	stars_3 bigint not null,
	stars_4 bigint not null,
	stars_5 bigint not null,
	decayed_stars  double precision not null,
	decayed_weight double precision not null
);
