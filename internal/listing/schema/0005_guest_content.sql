-- The hash of what a visitor's draft said when the mail was sent: the link posts that and nothing else.
alter table listing_guest add column content_hash bytea;
