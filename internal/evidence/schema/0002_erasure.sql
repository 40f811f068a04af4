-- Who asked to be erased while something of theirs was held. The rest is erased when the last hold ends.
create table evidence_erasure (
	account  bigint primary key,
	asked_us bigint not null,
	done_us  bigint
);
