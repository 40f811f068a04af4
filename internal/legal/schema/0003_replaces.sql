-- The decision that this one took the place of after an appeal; 0 for none.
alter table statement add column replaces bigint not null default 0;
