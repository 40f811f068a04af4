-- hash is the SHA-256 of the secret, which is shown once and kept nowhere. scopes is a JSON list of texts.
create table api_token (
	id         bigint primary key,
	hash       bytea  not null unique,
	name       text   not null,
	last_four  text   not null,
	account    bigint not null references account (id) on delete cascade,
	scopes     text   not null,
	created_us bigint not null,
	created_by text   not null,
	expires_us bigint not null,
	used_us    bigint,
	revoked_us bigint
);
create index api_token_by_account on api_token (account);

-- What was answered to a request with an Idempotency-Key, written with its effect. hash covers method, address and body.
create table api_idempotency (
	token   bigint not null references api_token (id) on delete cascade,
	key     text   not null,
	hash    bytea  not null,
	status  bigint not null,
	headers text   not null,
	body    bytea  not null,
	at_us   bigint not null,
	primary key (token, key)
);
create index api_idempotency_by_age on api_idempotency (at_us);

-- The secrets are derived from the site's, by id and generation. rest_us: after a failure nothing is sent before it.
create table webhook (
	id         bigint primary key,
	account    bigint not null references account (id) on delete cascade,
	name       text   not null,
	url        text   not null,
	events     text   not null,
	condition  text   not null,
	state      text   not null check (state in ('active', 'disabled')),
	reason     text   not null,
	generation bigint not null,
	rotated_us bigint,
	created_us bigint not null,
	rev        bigint not null,
	failing_us bigint,
	failures   bigint not null,
	rest_us    bigint
);
create index webhook_by_account on webhook (account);

-- One row for an event and a webhook. The body is made from the change log when it is sent, so that what is erased
-- there is not kept here. seq is 0 for a ping.
create table webhook_delivery (
	id         bigint primary key,
	webhook    bigint not null references webhook (id) on delete cascade,
	seq        bigint not null,
	type       text   not null,
	state      text   not null check (state in ('waiting', 'delivered', 'failed')),
	attempts   bigint not null,
	created_us bigint not null,
	next_us    bigint not null,
	tried_us   bigint,
	status     bigint not null,
	took_ms    bigint not null,
	error      text   not null,
	excerpt    text   not null
);
create unique index webhook_delivery_once on webhook_delivery (webhook, seq) where seq > 0;
create index webhook_delivery_waiting on webhook_delivery (webhook, next_us) where state = 'waiting';
create index webhook_delivery_by_webhook on webhook_delivery (webhook, id);
create index webhook_delivery_by_age on webhook_delivery (created_us);
