-- about is what the decision knew; it is here only until it lies in the package. manifest names the parts, not what
-- they say.
create table evidence (
	id            bigint primary key,
	object        text   not null,
	record        bigint not null,
	author        bigint not null,
	decision      bigint not null,
	reason        text   not null check (reason in ('severe', 'request')),
	note          text   not null,
	state         text   not null check (state in ('collecting', 'sealed', 'released')),
	hold_until_us bigint not null,
	made_us       bigint not null,
	about         text,
	file          text   not null default '',
	sha256        text   not null default '',
	bytes         bigint not null default 0,
	manifest      text   not null default '',
	sealed_us     bigint,
	released_us   bigint,
	destroyed_us  bigint,
	check (state <> 'sealed' or (file <> '' and sha256 <> '' and sealed_us is not null)),
	check ((state = 'released') = (released_us is not null))
);
create unique index evidence_once on evidence (object, record, decision) where reason = 'severe' and state <> 'released';
create index evidence_by_record on evidence (object, record);
create index evidence_by_state on evidence (state, id);

-- The accounts that a package is about.
create table evidence_member (
	evidence bigint not null references evidence (id),
	account  bigint not null,
	primary key (evidence, account)
);
create index evidence_member_by_account on evidence_member (account);

-- The public half of a person's key, and the secret half under their passphrase.
create table evidence_custodian (
	id        bigint primary key,
	account   bigint not null,
	name      text   not null,
	recipient text   not null,
	locked    text   not null,
	made_us   bigint not null,
	ended_us  bigint
);
create unique index evidence_custodian_once on evidence_custodian (account) where ended_us is null;

-- The key of a package: custodian 0 is the site itself.
create table evidence_envelope (
	evidence  bigint not null references evidence (id),
	custodian bigint not null,
	sealed    text   not null,
	primary key (evidence, custodian)
);

-- What two people decide. inner_keys is the opened envelope of whoever proposed, of use to the others alone; granted is
-- the package's key for the two, while the opening lasts.
create table evidence_order (
	id           bigint primary key,
	evidence     bigint not null references evidence (id),
	kind         text   not null check (kind in ('unseal', 'release')),
	purpose      text   not null check (purpose <> ''),
	proposed_by  bigint not null check (proposed_by <> 0),
	proposed_us  bigint not null,
	inner_keys   text   not null default '',
	confirmed_by bigint check (confirmed_by <> 0 and confirmed_by <> proposed_by),
	confirmed_us bigint,
	granted      text   not null default '',
	until_us     bigint not null,
	ended_us     bigint,
	check ((confirmed_by is null) = (confirmed_us is null)),
	check (granted = '' or confirmed_by is not null)
);
create unique index evidence_order_once on evidence_order (evidence, kind) where ended_us is null;
create index evidence_order_by_evidence on evidence_order (evidence, id);

create table evidence_view (
	id            bigint primary key,
	evidence      bigint not null references evidence (id),
	ordered       bigint,
	actor         text   not null,
	kind          text   not null check (kind in ('manifest', 'part', 'package')),
	name          text   not null,
	at_us         bigint not null
);
create index evidence_view_by_evidence on evidence_view (evidence, id);
