-- What a seller asks of whoever begins to write. Without a row anybody who is signed in may.
create table message_contact (
	seller bigint primary key,
	phone  boolean not null,
	days   bigint  not null check (days between 0 and 365), -- how old the account has to be
	set_by bigint  not null,
	set_us bigint  not null,
	check (phone or days = 0)
);

-- A safety note beside a message: what its reader was told of the conduct of its author, and why. It is shown to one side,
-- until that side puts it away or staff find that it was wrong.
create table message_note (
	id           bigint primary key,
	conversation bigint not null references conversation (id),
	message      bigint not null references message (id),
	side         text   not null check (side in ('buyer', 'seller')),
	about        bigint not null,             -- the account that wrote; 0 when it was erased
	reasons      jsonb  not null,
	made_us      bigint not null,
	dismissed_us bigint not null default 0,
	withdrawn_us bigint not null default 0,
	unique (message)
);
create index message_note_shown on message_note (conversation, id);
create index message_note_about on message_note (about, id);
