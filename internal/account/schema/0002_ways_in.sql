-- Somebody who asked to join and has not proven the address yet. id is the SHA-256 of what stands in the mailed
-- address, browser that of a cookie: only the browser that asked gets the password it chose.
create table joining (
	id         bytea  primary key,
	email      text   not null,
	name       text   not null,
	locale     text   not null,
	password   text,
	browser    bytea  not null,
	created_us bigint not null,
	expires_us bigint not null
);
create index joining_by_email on joining (email);

-- A sign-in or a registration under way in one browser. id is the SHA-256 of its cookie; state is JSON by kind.
create table ceremony (
	id         bytea  primary key,
	kind       text   not null,
	account    bigint references account (id) on delete cascade,
	state      text   not null,
	tries      bigint not null,
	created_us bigint not null,
	expires_us bigint not null
);
create index ceremony_by_end on ceremony (expires_us);
create index ceremony_by_account on ceremony (account);

-- A mailed address that proves a mailbox for one purpose. id is the SHA-256 of what stands in it.
create table proof_link (
	id         bytea  primary key,
	account    bigint not null references account (id) on delete cascade,
	purpose    text   not null check (purpose in ('reset', 'address')),
	email      text   not null,
	created_us bigint not null,
	expires_us bigint not null
);
create index proof_link_by_account on proof_link (account);

-- host is the one the browser bound it to; copied_us is when its counter went backwards.
create table passkey (
	id         bigint primary key,
	account    bigint not null references account (id) on delete cascade,
	host       text   not null,
	credential bytea  not null,
	public_key bytea  not null,
	flags      bigint not null,
	counter    bigint not null,
	transports text   not null,
	name       text   not null,
	created_us bigint not null,
	used_us    bigint,
	copied_us  bigint,
	unique (host, credential)
);
create index passkey_by_account on passkey (account);

-- secret is sealed under a key of the site; step is the last time step whose code was used.
create table second_factor (
	account      bigint primary key references account (id) on delete cascade,
	secret       bytea  not null,
	step         bigint not null,
	created_us   bigint not null,
	confirmed_us bigint
);

create table recovery_code (
	account bigint not null references account (id) on delete cascade,
	code    bytea  not null,
	used_us bigint,
	primary key (account, code)
);

create table open_id (
	issuer     text   not null,
	subject    text   not null,
	account    bigint not null references account (id) on delete cascade,
	email      text   not null,
	created_us bigint not null,
	used_us    bigint not null,
	primary key (issuer, subject)
);
create index open_id_by_account on open_id (account);

-- code is a keyed hash.
create table phone_check (
	account    bigint primary key references account (id) on delete cascade,
	phone      text   not null,
	code       bytea  not null,
	tries      bigint not null,
	created_us bigint not null,
	expires_us bigint not null
);

alter table account add column phone text;
alter table account add column phone_us bigint;
alter table account add column erased_us bigint;
alter table session add column way text not null default '';
