-- A matter that is closed keeps who registered whom, and who closed it when: nothing is given by it any more.
alter table matter_subjects add column closed_by text;
alter table matter_subjects add column closed_at timestamptz;
