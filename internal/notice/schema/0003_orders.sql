-- Which law an authority writes by: one that leaves an hour has a clock of its own.
alter table notice_lane add column basis text not null default '';

-- Trust that ended stays on record, with the reason, so that whoever ended it can be asked.
alter table flagger add column awarded   text not null default ''; -- by whom, such as a Digital Services Coordinator
alter table flagger add column website   text not null default '';
alter table flagger add column reason    text not null default ''; -- of the last suspension, or of the end
alter table flagger add column ended_us  bigint;
