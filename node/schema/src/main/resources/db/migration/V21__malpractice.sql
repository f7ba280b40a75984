-- What agents put on record against each other, and how it counts.

create table malpractice (
  id                    uuid        not null primary key,
  registry              text        not null,
  state                 smallint    not null check (state between 1 and 3),
  kind                  smallint    not null check (kind between 1 and 2),
  dealing               uuid        not null,
  reporter              text        not null,
  reported              text        not null,
  grounds               smallint    not null,
  statement             text        not null,
  reference             text        not null,
  reference_hash        bytea check (length(reference_hash) = 32),
  filed_at              timestamptz not null,
  answer                text,
  answer_reference      text,
  answer_reference_hash bytea check (length(answer_reference_hash) = 32),
  answered_at           timestamptz,
  ended_at              timestamptz,
  ended_by              text,
  ending_note           text,
  delivery              smallint    not null check (delivery between 0 and 3),
  refusal               smallint    not null default 0,
  check (reporter <> reported),
  check ((state = 1) = (ended_at is null)),
  check ((answered_at is null) = (answer is null))
) with (fillfactor = 70);

comment on table malpractice is 'What one party to a dealing has put on record against the other. One a dealing and reporter, ever.';
comment on column malpractice.id is 'First 128 bits of a SHA-256 over the dealing and the reporter: so the key keeps a second record out.';
comment on column malpractice.registry is 'The reporter''s registry, which keeps the record. When that is a peer this row only shows it.';
comment on column malpractice.state is '1 STANDING, 2 WITHDRAWN, 3 STRUCK.';
comment on column malpractice.kind is 'The dealing''s kind: 1 CONTRACT, 2 PAYMENT.';
comment on column malpractice.dealing is 'The dealing''s id.';
comment on column malpractice.reporter is 'DID of who made the record.';
comment on column malpractice.reported is 'DID of the other party.';
comment on column malpractice.grounds is '0 OTHER, 1 NOT_DELIVERED, 2 BAD_WORK, 3 NOT_PAID, 4 FRAUD, 5 ABUSE.';
comment on column malpractice.statement is 'The reporter''s words.';
comment on column malpractice.reference is 'Where more is to be found.';
comment on column malpractice.reference_hash is 'SHA-256 of what is to be found there; null if not said.';
comment on column malpractice.filed_at is 'When the record was made.';
comment on column malpractice.answer is 'The reported agent''s words; null if none.';
comment on column malpractice.answer_reference is 'As reference, of the answer.';
comment on column malpractice.answer_reference_hash is 'As reference_hash, of the answer.';
comment on column malpractice.answered_at is 'When it was answered.';
comment on column malpractice.ended_at is 'When it was withdrawn or struck.';
comment on column malpractice.ended_by is 'By whom, as callers are named; empty when a peer has not said.';
comment on column malpractice.ending_note is 'Why it was struck.';
comment on column malpractice.delivery is 'Whether the reported agent''s registry shows it: 0 HERE (no other registry is to), 1 UNDER_WAY, 2 SHOWN, 3 REFUSED.';
comment on column malpractice.refusal is 'Reason number for which it does not.';

create index malpractice_reporter on malpractice (reporter, filed_at, id);
comment on index malpractice_reporter is 'An agent''s own records, by time: to list and to count them.';
create index malpractice_reported on malpractice (reported, filed_at, id);
comment on index malpractice_reported is 'The records about an agent, by time.';
create index malpractice_filed on malpractice (filed_at asc, id);
comment on index malpractice_filed is 'All records, by time.';

alter table trust_row add column reports bigint not null default 0;
alter table trust_row add column retracted bigint not null default 0 check (retracted between 0 and reports);
comment on column trust_row.reports is 'Malpractice of the rated that the rater has put on record, in all.';
comment on column trust_row.retracted is 'Those of them that were withdrawn or struck, and count no more.';

alter table trust_run add column reports bigint not null default 0;
alter table trust_run add column retracted bigint not null default 0;
comment on column trust_run.satisfactory is 'Sum over all rows; all these sums together tell whether any row has changed since.';
comment on column trust_run.reports is 'Sum over all rows.';
comment on column trust_run.retracted is 'Sum over all rows.';

alter table trust_score add column reports bigint not null default 0;
alter table trust_score add column weighted_reports double precision not null default 0;
comment on column trust_score.reports is 'Sum over the rows that speak of it, less what was retracted.';
comment on column trust_score.weighted_reports is 'The same records, each weighted by its reporter''s eigentrust.';
