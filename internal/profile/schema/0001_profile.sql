-- One row a seller: what the public sees, and what waits to be seen.
create table profile (
	seller         bigint primary key,
	rev            bigint  not null,
	made_us        bigint  not null,
	updated_us     bigint  not null,
	shown          jsonb,
	shown_hash     bytea,
	shown_photo    text    not null default '',
	shown_us       bigint,
	clearance      bigint,
	clearance_seal bytea,
	pending        jsonb,
	pending_hash   bytea,
	pending_photo  text    not null default '',
	pending_us     bigint,
	state          text    not null check (state in ('clear', 'held', 'challenged', 'rejected')),
	reason         text    not null default '',
	watched        boolean not null default false,
	refused        text    not null default '',
	-- Promise 1: what is shown has a clearance, and the clearance is for this seller with this content.
	check (shown is null or (shown_hash is not null and clearance is not null and clearance_seal is not null and shown_us is not null)),
	check ((pending is null) = (state = 'clear')),
	check (pending is null or (pending_hash is not null and pending_us is not null)),
	foreign key (clearance, seller, shown_hash) references clearance (id, record, content_hash)
);
create index profile_by_state on profile (state, pending_us) where state <> 'clear';
create index profile_by_shown_photo on profile (shown_photo) where shown_photo <> '';
create index profile_by_pending_photo on profile (pending_photo) where pending_photo <> '';

-- Seats that were offered and not taken yet. An invitation is for an account, or for whoever holds the link.
create table team_invitation (
	id         bigint primary key,
	seller     bigint not null,
	email      text   not null,
	role       text   not null check (role in ('owner', 'editor', 'agent')),
	account    bigint,
	secret     bytea,
	invited_by bigint not null,
	made_us    bigint not null,
	expires_us bigint not null,
	unique (seller, email)
);
create index team_invitation_by_account on team_invitation (account) where account is not null;
