-- What a member says is wrong of what is held about them. said is the line as it stood on their page, decided_by who made
-- what it tells of (empty: nobody in particular). Whoever made it does not answer, and no program does.
create table contest (
	id          bigint primary key,
	account     bigint not null,
	ref         text   not null,
	said        text   not null,
	words       text   not null,
	locale      text   not null,
	decided_by  text   not null,
	state       text   not null check (state in ('open', 'stands', 'corrected')),
	answer      text   not null,
	answered_by text,
	answered_us bigint,
	made_us     bigint not null,
	check ((state = 'open') = (answered_by is null)),
	check (answered_by is null or answered_us is not null),
	check (answered_by is null or answered_by like 'staff:%'),
	check (answered_by is null or answered_by <> decided_by)
);
create unique index contest_once on contest (account, ref) where state = 'open';
create index contest_of on contest (account, id);
create index contest_open on contest (id) where state = 'open';
