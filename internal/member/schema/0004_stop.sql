-- The address that stops what an alert is about, in the place of stopping its whole kind; empty for none.
alter table member_alert add column stop text not null default '';
