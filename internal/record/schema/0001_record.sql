create table record_catalog (
	one bigint primary key check (one = 1),
	rev bigint not null, -- counts up with every plan; who holds an older catalog reads it anew
	stamp bigint not null, -- new with every plan, and never used again
	next bigint not null -- the number of the next object, field or attribute
);
insert into record_catalog (one, rev, stamp, next) values (1, 0, 0, 1);

create table record_object (
	number     bigint primary key,
	key        text not null,
	spec       jsonb not null, -- an Object without its fields
	retired_us bigint
);
create unique index record_object_key on record_object (key) where retired_us is null;

create table record_field (
	number     bigint primary key,
	object     bigint not null references record_object (number),
	place      bigint not null, -- in forms
	key        text not null,
	spec       jsonb not null, -- a Field
	made       jsonb not null, -- the columns it has, by suffix, with their types
	source     bigint references record_field (number), -- that is being converted to this one; null when it is in use
	retired_us bigint,
	purged     boolean not null default false -- its columns are gone
);
create unique index record_field_key on record_field (object, key) where retired_us is null and source is null;

create table record_plan (
	rev     bigint primary key,
	at_us   bigint not null,
	actor   text not null,
	title   text not null,
	steps   jsonb not null,
	inverse jsonb not null,
	notes   jsonb not null,
	state   text not null, -- running (a conversion goes on in the background), done, undone
	undoes  bigint references record_plan (rev) -- the plan that this one takes back
);

create table record_index (
	name   text primary key,
	object bigint not null references record_object (number),
	fields jsonb not null, -- numbers
	spec   jsonb not null, -- a db.Index
	state  text not null, -- building, valid, refused (the values are not unique), dropping
	why    text not null
);

-- What goes on in the background after a plan.
create table record_task (
	kind   text not null, -- convert, compute, count, words
	object bigint not null references record_object (number),
	field  bigint not null, -- 0 for words
	plan   bigint not null references record_plan (rev),
	after  bigint not null, -- the last record that is done
	again  boolean not null, -- convert: the second pass, over what was written while the plan was applied
	primary key (kind, object, field)
);

-- Values that a conversion could not turn. The field is the new one.
create table record_unturned (
	field  bigint not null references record_field (number),
	record bigint not null,
	value  text not null,
	primary key (field, record)
);

create table record_sequence (
	field bigint primary key references record_field (number),
	next  bigint not null
);

create table record_view (
	id     bigint primary key,
	object bigint not null references record_object (number),
	owner  bigint, -- the account it belongs to; null = shared
	place  bigint not null,
	spec   jsonb not null,
	rev    bigint not null
);
create index record_view_object on record_view (object, place);

create table record_file (
	object bigint not null references record_object (number),
	record bigint not null,
	field  bigint not null references record_field (number),
	place  bigint not null,
	sha256 text not null,
	name   text not null,
	type   text not null,
	bytes  bigint not null,
	primary key (object, record, field, place)
);
create index record_file_sha256 on record_file (sha256);

-- One row for each record that a bulk write or import touched, so that it can be undone for a while.
create table record_undo (
	batch  bigint not null,
	object bigint not null references record_object (number),
	record bigint not null,
	rev    bigint not null, -- after the write; a higher one means that somebody wrote since
	before jsonb,           -- the fields that changed, as they were; null = the write made the record
	primary key (batch, record)
);

-- Roll-ups to compute anew, because a delta cannot tell: minimum, maximum, average, conditions.
create table record_dirty (
	field  bigint not null references record_field (number),
	record bigint not null,
	primary key (field, record)
);
