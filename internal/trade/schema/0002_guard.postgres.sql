-- Content that changes without its hash would keep a clearance it no longer has.
create function trade_review_content_guard() returns trigger language plpgsql as $$
begin
	raise exception 'the content of a review changed without its hash' using errcode = '23514';
end
$$;

create trigger trade_review_content_guard
before update on trade_review
for each row
when (new.content_hash = old.content_hash and
	(new.trade, new.side, new.part, new.stars, new.tags, new.body, new.locale)
	is distinct from
	(old.trade, old.side, old.part, old.stars, old.tags, old.body, old.locale))
execute function trade_review_content_guard();
