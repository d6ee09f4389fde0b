-- A transfer may run ahead of the process, as turns do: turn is AHEAD then. Only where the process that waits is Baton's own,
-- of which it is known how it will follow.
alter table baton_conversation add column runs_ahead boolean default false not null;
