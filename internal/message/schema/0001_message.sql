-- One conversation per listing and buyer. The buyer is an account, the seller whoever holds a seat of the seller.
create table conversation (
	id              bigint primary key,
	listing         bigint not null,
	seller          bigint not null,
	buyer           bigint not null,
	made_us         bigint not null,
	last_us         bigint not null,           -- the last message that was delivered
	first_us        bigint not null default 0, -- the buyer's first message that was delivered
	first_answer_us bigint not null default 0, -- the seller's first one after it
	closed_us       bigint not null default 0,
	reported_us     bigint not null default 0,
	unique (listing, buyer)
);
create index conversation_pair on conversation (seller, buyer);
create index conversation_answers on conversation (seller, first_us);
create index conversation_buyer on conversation (buyer, made_us);
create index conversation_reported on conversation (reported_us, id) where reported_us > 0;

-- What one of the two sides sees of it. owner is the buyer's account or the seller. cleared_us: what is older was
-- deleted by this side. shown_us: up to here the other side may be told that it was read.
create table conversation_side (
	conversation bigint  not null references conversation (id),
	side         text    not null check (side in ('buyer', 'seller')),
	owner        bigint  not null,
	last_us      bigint  not null,
	last_message bigint  not null,
	unread       bigint  not null,
	seen_us      bigint  not null,
	shown_us     bigint  not null,
	cleared_us   bigint  not null,
	archived     boolean not null,
	hidden       boolean not null,
	blocked_us   bigint  not null,
	primary key (conversation, side)
);
create index conversation_side_inbox on conversation_side (owner, last_us desc, conversation desc) where not archived and not hidden;
create index conversation_side_archive on conversation_side (owner, last_us desc, conversation desc) where archived and not hidden;
create index conversation_side_unread on conversation_side (owner, last_us desc, conversation desc) where unread > 0 and not archived and not hidden;

-- Somebody of a side who wants no mail about a conversation.
create table conversation_mute (
	conversation bigint not null references conversation (id),
	account      bigint not null,
	primary key (conversation, account)
);

-- A message is seen by the other side from at_us on, once it is delivered. form_key is of the form it was sent with,
-- mail_id the hash of the mail it came in; both keep one message from arriving twice.
create table message (
	id           bigint  primary key,
	conversation bigint  not null references conversation (id),
	side         text    not null check (side in ('buyer', 'seller')),
	author       bigint  not null,
	state        text    not null check (state in ('delivered', 'held', 'refused', 'removed')),
	held_for     text    not null check (held_for in ('', 'rules', 'copies', 'pace')),
	via          text    not null check (via in ('page', 'mail')),
	body         text    not null,
	body_hash    bytea   not null,
	photos       jsonb   not null,
	warns        text    not null,
	note         text    not null,           -- said to the sender alone, such as that a file was left out
	offer        bigint  not null,
	form_key     text,
	mail_id      text,
	screened     boolean not null,
	erased       boolean not null,
	made_us      bigint  not null,
	at_us        bigint  not null
);
create index message_thread on message (conversation, at_us, id);
create index message_author on message (author, made_us);
create index message_copies on message (author, body_hash, made_us);
create index message_held on message (id) where state = 'held';
create unique index message_form on message (conversation, author, form_key) where form_key is not null;
create unique index message_mail on message (conversation, mail_id) where mail_id is not null;

create table message_offer (
	id           bigint primary key,
	conversation bigint not null references conversation (id),
	side         text   not null check (side in ('buyer', 'seller')),
	author       bigint not null,
	amount_minor bigint not null check (amount_minor > 0),
	currency     text   not null,
	state        text   not null check (state in ('open', 'countered', 'accepted', 'declined', 'withdrawn', 'expired')),
	made_us      bigint not null,
	expires_us   bigint not null,
	decided_us   bigint not null
);
create unique index message_offer_open on message_offer (conversation, side) where state = 'open';
create index message_offer_conversation on message_offer (conversation, id);
create index message_offer_expiry on message_offer (expires_us) where state = 'open';

-- The address at which a side answers by mail. It is not derived from anything.
create table message_alias (
	alias        text   primary key,
	conversation bigint not null references conversation (id),
	side         text   not null check (side in ('buyer', 'seller')),
	made_us      bigint not null,
	unique (conversation, side)
);

-- What somebody typed who had yet to sign in. The key is 130 random bits.
create table message_draft (
	key     text   primary key,
	listing bigint not null,
	body    text   not null,
	made_us bigint not null
);
create index message_draft_made on message_draft (made_us);

create table conversation_report (
	id           bigint primary key,
	conversation bigint not null references conversation (id),
	side         text   not null,
	account      bigint not null,
	code         text   not null,
	made_us      bigint not null
);
create index conversation_report_of on conversation_report (conversation, id);
