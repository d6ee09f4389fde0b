-- How many nodes died, without an orderly shutdown, while they made this call: its answer may be what killed them.
alter table baton_order add column deaths integer default 0 not null;
