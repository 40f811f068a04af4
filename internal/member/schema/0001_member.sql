-- What somebody wants to be told, where it differs from what a kind of alert does by itself.
create table member_preference (
	account bigint  not null,
	kind    text    not null,
	channel text    not null check (channel in ('site', 'mail')),
	wanted  boolean not null,
	at_us   bigint  not null,
	primary key (account, kind, channel)
);

-- mailed_us is when the last mail about it went out; mail_due_us is set while one waits for its time.
create table member_alert (
	id          bigint  primary key,
	account     bigint  not null,
	kind        text    not null,
	record      bigint  not null, -- 0: about nothing that could come again
	href        text    not null,
	subject     text    not null,
	body        text    not null,
	reply_to    text    not null,
	sender      text    not null,
	thread      text    not null,
	times       bigint  not null, -- how many alerts this one stands for
	listed      boolean not null, -- shown on the site
	at_us       bigint  not null,
	seen_us     bigint,
	mailed_us   bigint,
	mail_due_us bigint
);
create unique index member_alert_unseen on member_alert (account, kind, record) where seen_us is null and record <> 0;
create index member_alert_about on member_alert (account, kind, record, mailed_us);
create index member_alert_by_account on member_alert (account, at_us, id);
create index member_alert_by_age on member_alert (at_us);

-- known_as is the name under which the member knew the other, as their page said it; it is never looked up.
create table member_block (
	account  bigint not null,
	blocked  bigint not null,
	known_as text   not null,
	at_us    bigint not null,
	primary key (account, blocked)
);
create index member_block_by_blocked on member_block (blocked, account);

create table member_export (
	id        bigint primary key,
	account   bigint not null,
	state     text   not null check (state in ('waiting', 'ready', 'failed')),
	steps     bigint not null, -- of how many parts
	done      bigint not null, -- this many are gathered
	blob      text   not null, -- the file's key, empty until it is ready
	size      bigint not null, -- bytes
	asked_us  bigint not null,
	ready_us  bigint,
	unique (account, asked_us)
);
create index member_export_by_age on member_export (asked_us);

-- A wish to be erased waits out its grace; done, it stays as the proof, with numbers and no names.
create table member_erasure (
	account  bigint primary key,
	state    text   not null check (state in ('waiting', 'refused', 'done')),
	reason   text   not null, -- why it was refused
	asked_us bigint not null,
	due_us   bigint not null,
	done_us  bigint,
	kept     bigint not null  -- how many sorts of records the law made us keep
);
