-- From which day how many working days run, where a deadline was counted: it is counted again when a notice of holidays comes.
alter table findings add column clock_from text;
alter table findings add column clock_days int;
