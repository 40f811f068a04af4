-- state: waiting, running, dead. lease names the worker that runs it; every_us is set for scheduled jobs.
create table job (
	id             bigint  primary key,
	kind           text    not null,
	key            text,
	payload        text    not null,
	state          text    not null default 'waiting' check (state in ('waiting', 'running', 'dead')),
	run_at_us      bigint  not null,
	attempts       bigint  not null default 0,
	every_us       bigint,
	lease          bigint,
	lease_until_us bigint,
	error          text,
	check ((state = 'running') = (lease is not null and lease_until_us is not null))
);
create unique index job_unique on job (kind, key) where state = 'waiting' and key is not null;
create index job_running_key on job (kind, key) where state = 'running' and key is not null;
create index job_due on job (run_at_us, id) where state = 'waiting';
create index job_leased on job (lease_until_us) where state = 'running';
create index job_dead on job (run_at_us, id) where state = 'dead';
