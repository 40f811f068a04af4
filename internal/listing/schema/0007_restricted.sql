-- Restricted is a mark beside the status, as reserved and scheduled are: a restricted listing is live under its clearance,
-- reached by its address and found nowhere. The reason is what its author reads.
alter table listing add column restricted_us bigint;
alter table listing add column restriction text not null default '' check (length(restriction) <= 4000);
create index listing_by_restriction on listing (restricted_us) where restricted_us is not null;
