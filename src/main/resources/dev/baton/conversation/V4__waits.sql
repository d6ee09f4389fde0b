-- How long the target says that an offer waits.
alter table baton_offer add column position_in_line integer;
alter table baton_offer add column estimate_seconds bigint;
