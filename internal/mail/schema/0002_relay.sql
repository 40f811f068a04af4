-- sender: the person a mail comes from, by the name members know. thread: what gathers mails in the reader's program.
alter table mail_message add column sender text not null default '';
alter table mail_message add column thread text not null default '';
-- Addresses whose mail came back. hard: the address does not exist, or not any more. times: failures in a row, each
-- within 30 days of the one before. status is the enhanced code (RFC 3463), problem what the other server said.
create table mail_failure (
	address text    primary key,
	hard    boolean not null,
	times   bigint  not null,
	status  text    not null,
	problem text    not null,
	at_us   bigint  not null
);
