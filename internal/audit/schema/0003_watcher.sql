-- Who is mailed when the log of a site does not continue; in the provider's database. told_us of an alarm is when the
-- site's people were told, reported_us when the provider's were.
create table audit_watcher (
	email    text   primary key,
	locale   text   not null,
	added_by text   not null,
	added_us bigint not null
);
alter table audit_alarm add column reported_us bigint;
