-- Whose data a record is about, without an index entry for each subject: that cost more than all the rest of the index.

-- The subjects of many records, packed: see gateway/ledger/search/chunk.ts.
create table disclosure_subjects (
  ledger integer not null,
  -- The records that it covers: first <= record < until.
  first bigint not null,
  until bigint not null,
  -- It has 2^bits blocks.
  bits smallint not null,
  postings bytea not null,
  primary key (ledger, first)
);
-- Hashes do not get smaller, and of what is not compressed a part can be read.
alter table disclosure_subjects alter column postings set storage external;

-- Of the records from here on the subjects are in no chunk yet.
alter table ledger_index add column packed bigint not null default 0;

drop index disclosures_subjects;
alter table disclosures drop column subjects;
-- The first 64 bits of each subject's keyed hash, one after the other. No default: what is there already is indexed anew.
truncate disclosures;
update ledger_index set segment = 1, bytes = 0, records = 0;
alter table disclosures add column subjects bytea not null;
alter table disclosures alter column subjects set storage external;
