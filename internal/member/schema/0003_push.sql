-- Preferences know a third channel. A check cannot be changed on both engines, so the table is made anew.
create table member_preference_next (
	account bigint  not null,
	kind    text    not null,
	channel text    not null check (channel in ('site', 'mail', 'push')),
	wanted  boolean not null,
	at_us   bigint  not null,
	primary key (account, kind, channel)
);
insert into member_preference_next (account, kind, channel, wanted, at_us)
select account, kind, channel, wanted, at_us from member_preference;
drop table member_preference;
alter table member_preference_next rename to member_preference;

-- When the last push about it went out, or the next one is to go.
alter table member_alert add column pushed_us bigint;

-- The browsers in which somebody asked to be told. One ends with the session in which it was added.
create table member_push (
	id       bigint primary key,
	account  bigint not null,
	endpoint text   not null unique, -- at the browser's push service; whoever knows it can try to send there
	key      bytea  not null,        -- the browser's public key
	auth     bytea  not null,        -- what it shares with this site
	mark     text   not null,        -- of the endpoint's hash, for the page
	name     text   not null,        -- such as "Firefox, Linux"
	session  text   not null,
	at_us    bigint not null,
	ok_us    bigint,                 -- when its service last took a message
	refused  bigint not null         -- messages in a row that its service refused
);
create index member_push_by_account on member_push (account);
