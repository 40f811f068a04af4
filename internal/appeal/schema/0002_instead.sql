-- What took the place of a decision that was wrong in part. replacement is the decision, until_us the end of a suspension.
alter table appeal add column measure text not null default '';
alter table appeal add column replacement bigint;
alter table appeal add column until_us bigint;
