-- Which photos a request to take them down is about: those that its author named, or those that staff found it means. While taken,
-- the photo is in the bank because of this request.
create table notice_photo (
	notice bigint  not null,
	sha256 text    not null check (length(sha256) = 64),
	taken  boolean not null default false,
	primary key (notice, sha256)
);
create index notice_photo_taken on notice_photo (sha256) where taken;

-- The removal of all copies that staff ordered for a request. It may wait for a second person, and its answer with it.
create table notice_removal (
	notice  bigint primary key,
	author  bigint not null, -- the account of whoever ordered it
	copies  jsonb  not null, -- as they were found, with those that a person said are another photo
	answer  text   not null,
	act     bigint not null, -- that binds the decisions, or the proposal that waits; 0: there was nothing left to decide
	made_us bigint not null,
	done_us bigint
);
