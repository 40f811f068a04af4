-- Who is trusted to report (DSA, article 22). The key that proves it is kept as a hash.
create table flagger (
	id           bigint primary key,
	name         text   not null,
	email        text   not null,
	key_hash     bytea  not null unique check (length(key_hash) = 32),
	since_us     bigint not null,
	suspended_us bigint
);

-- What a lane asks beyond the notice itself. notifier is a keyed hash of the mail address, or of the network of
-- somebody who gave none: who reports too much without ground is found by it, and nobody by name.
create table notice_lane (
	notice    bigint  primary key,
	lane      text    not null check (lane in ('other', 'harm', 'takedown', 'rights', 'flagger', 'authority')),
	capacity  text    not null,
	work      text    not null,
	reference text    not null,
	sworn     boolean not null,
	flagger   bigint  references flagger (id),
	notifier  bytea   not null check (length(notifier) = 32),
	sum       bytea   not null check (length(sum) = 32), -- of what was said, so that a form sent twice is one notice
	baseless  boolean not null default false,            -- staff say that it was plainly without ground
	made_us   bigint  not null,
	check (lane <> 'flagger' or flagger is not null),
	check (sworn or lane not in ('takedown', 'rights', 'flagger'))
);
create index notice_lane_notifier on notice_lane (notifier, notice);
create index notice_lane_flagger on notice_lane (flagger, notice) where flagger is not null;
create unique index notice_lane_once on notice_lane (notifier, sum);

-- What was told to, and asked of, whoever reported without ground again and again (DSA, article 23).
create table notifier (
	key        bytea  primary key check (length(key) = 32),
	warned_us  bigint not null,
	limited_us bigint, -- until then
	reason     text   not null
);
