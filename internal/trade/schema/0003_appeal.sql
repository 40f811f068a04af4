-- When staff looked again at what its author appealed against; empty while the appeal waits.
alter table trade_review add column answered_us bigint;
create index trade_review_appealed on trade_review (appealed_us) where appealed_us is not null and answered_us is null;
