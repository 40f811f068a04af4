-- Who of the staff takes care of a duty.
alter table duty add column owner bigint;
create index duty_by_end on duty (discharged_us) where discharged_us is not null;
