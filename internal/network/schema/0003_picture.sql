-- What the page of a network draws, as JSON, so that it need not read all that ties it; empty: it is drawn anew.
alter table network add column picture text not null default '';
