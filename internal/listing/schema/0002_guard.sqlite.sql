-- Content that changes without its hash would keep a clearance it no longer has.
create trigger listing_content_guard
before update of seller, category, kind, locale, title, body, price_minor, currency, place, lat, lon, attributes, photos on listing
when new.content_hash = old.content_hash and (
	new.category is not old.category or new.kind is not old.kind or new.locale is not old.locale or
	new.title is not old.title or new.body is not old.body or new.price_minor is not old.price_minor or
	new.currency is not old.currency or new.place is not old.place or new.lat is not old.lat or new.lon is not old.lon or
	new.attributes is not old.attributes or new.photos is not old.photos)
begin
	select raise(abort, 'the content of a listing changed without its hash');
end;
