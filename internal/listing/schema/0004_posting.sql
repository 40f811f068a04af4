-- Who acts for a seller. account is an account of package account; a private seller has one seat, its owner's.
create table seat (
	seller   bigint not null references seller (id),
	account  bigint not null,
	role     text   not null check (role in ('owner', 'editor', 'agent')),
	since_us bigint not null,
	primary key (seller, account)
);
create index seat_by_account on seat (account);

-- Reserved and scheduled are marks beside the status, so that what is public stays a question of one status and one
-- clearance: a reserved listing is live, a scheduled one is paused until it opens.
alter table listing add column reserved_us bigint;
alter table listing add column opens_us bigint;
alter table listing add column warned_us bigint;
alter table listing add column ended_by text not null default '';
alter table listing add column reason text not null default '';
alter table listing add column relisted_of bigint;
alter table listing add column fingerprint bigint;
create index listing_by_opening on listing (opens_us) where status = 'paused' and opens_us is not null;
create index listing_by_warning on listing (expires_us) where status = 'live' and warned_us is null;
create index listing_by_seller_time on listing (seller, created_us);
create index listing_live_by_category on listing (category, id) where status = 'live';

-- What somebody writes and has not submitted. It belongs to an account, or to a visitor who holds the key in a cookie.
create table listing_draft (
	id         bigint primary key,
	account    bigint,
	guest      bytea,
	seller     bigint references seller (id),
	typed      jsonb  not null,
	rev        bigint not null,
	created_us bigint not null,
	updated_us bigint not null,
	expires_us bigint not null,
	check ((account is null) <> (guest is null))
);
create index listing_draft_by_account on listing_draft (account) where account is not null;
create index listing_draft_by_guest on listing_draft (guest) where guest is not null;
create index listing_draft_by_expiry on listing_draft (expires_us);

create table listing_draft_photo (
	sha256 text   not null,
	draft  bigint not null references listing_draft (id) on delete cascade,
	primary key (sha256, draft)
);
create index listing_draft_photo_by_draft on listing_draft_photo (draft);

-- A visitor's draft that waits for its mail address to be confirmed. token is the SHA-256 of what stands in the mailed
-- address. It outlives the draft, so that a link used twice leads to the same listing.
create table listing_guest (
	token      bytea  primary key,
	draft      bigint not null,
	email      text   not null,
	name       text   not null,
	locale     text   not null,
	created_us bigint not null,
	expires_us bigint not null
);
create index listing_guest_by_email on listing_guest (email);
create index listing_guest_by_draft on listing_guest (draft);
create index listing_guest_by_expiry on listing_guest (expires_us);

-- The prices a listing had, written when its price changes.
create table listing_price (
	listing     bigint not null references listing (id) on delete cascade,
	at_us       bigint not null,
	price_minor bigint,
	currency    text   not null,
	primary key (listing, at_us)
);
