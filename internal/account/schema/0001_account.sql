create table account (
	id          bigint primary key,
	kind        text   not null check (kind in ('member', 'staff')),
	email       text   not null,
	name        text   not null,
	role        text,
	password    text,
	locale      text   not null,
	state       text   not null check (state in ('active', 'suspended')),
	created_us  bigint not null,
	verified_us bigint,
	check ((kind = 'staff') = (role is not null))
);
create unique index account_by_email on account (lower(email));
create index account_staff on account (name) where kind = 'staff';

-- id is the SHA-256 of the cookie's value.
create table session (
	id         bytea  primary key,
	account    bigint not null references account (id) on delete cascade,
	created_us bigint not null,
	seen_us    bigint not null,
	expires_us bigint not null,
	device     text   not null,
	ip_short   text   not null
);
create index session_by_account on session (account);

-- id is the SHA-256 of what stands in the mailed address.
create table sign_in_token (
	id         bytea  primary key,
	account    bigint not null references account (id) on delete cascade,
	purpose    text   not null check (purpose in ('sign_in', 'invitation')),
	created_us bigint not null,
	expires_us bigint not null,
	used_us    bigint
);
create index sign_in_token_by_account on sign_in_token (account);
