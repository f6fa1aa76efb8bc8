-- Ids carry their time in milliseconds, and several moves of one transaction have the same: the order of what happened is counted.
alter table application_history add column number bigint generated always as identity;
alter table grant_history add column number bigint generated always as identity;
