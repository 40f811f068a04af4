-- A body that was erased is null. headers is a JSON object. until_us: not to be sent later than this.
create table mail_message (
	id          bigint  primary key,
	to_address  text    not null,
	reply_to    text    not null,
	kind        text    not null,
	secret      boolean not null,
	subject     text    not null,
	body_text   text,
	body_html   text,
	headers     text    not null,
	unsubscribe text    not null,
	until_us    bigint,
	state       text    not null check (state in ('queued', 'sent', 'failed', 'kept')),
	attempts    bigint  not null default 0,
	error       text    not null default '',
	at_us       bigint  not null,
	done_us     bigint,
	check ((state = 'queued') = (done_us is null)),
	check (body_text is not null or state <> 'queued')
);
create index mail_message_done on mail_message (done_us) where state <> 'queued';
create index mail_message_to on mail_message (to_address, id);
