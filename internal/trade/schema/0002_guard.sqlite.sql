-- Content that changes without its hash would keep a clearance it no longer has.
create trigger trade_review_content_guard
before update of trade, side, part, stars, tags, body, locale on trade_review
when new.content_hash = old.content_hash and (
	new.trade is not old.trade or new.side is not old.side or new.part is not old.part or new.stars is not old.stars or
	new.tags is not old.tags or new.body is not old.body or new.locale is not old.locale)
begin
	select raise(abort, 'the content of a review changed without its hash');
end;
