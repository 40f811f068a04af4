-- What people refused does not come back by itself: a listing that was refused waits for a person whatever it says now
-- (watched), and the very contents that staff refused (hexadecimal hashes) do not come back at all.
alter table listing add column watched boolean not null default false;
alter table listing add column refused text not null default '';
update listing set watched = true where status = 'rejected';
