-- Content that changes without its hash would keep a clearance it no longer has.
create function listing_content_guard() returns trigger language plpgsql as $$
begin
	raise exception 'the content of a listing changed without its hash' using errcode = '23514';
end
$$;

create trigger listing_content_guard
before update on listing
for each row
when (new.content_hash = old.content_hash and
	(new.category, new.kind, new.locale, new.title, new.body, new.price_minor, new.currency, new.place, new.lat, new.lon, new.attributes, new.photos)
	is distinct from
	(old.category, old.kind, old.locale, old.title, old.body, old.price_minor, old.currency, old.place, old.lat, old.lon, old.attributes, old.photos))
execute function listing_content_guard();
