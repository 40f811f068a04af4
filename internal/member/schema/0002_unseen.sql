-- The number beside the bell is asked for by every page of somebody signed in.
create index member_alert_waiting on member_alert (account) where seen_us is null and listed;
