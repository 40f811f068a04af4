-- A review that was taken back covers nothing any more.
alter table review add column revoked_us bigint;
