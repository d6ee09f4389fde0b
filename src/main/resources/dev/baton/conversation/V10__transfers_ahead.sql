-- A transfer may run ahead of the process, as turns do: turn is AHEAD then. Only where it is known how the process that waits
-- will follow: which one that is says runs_ahead, by a print of its file. Null for any other.
alter table baton_conversation add column runs_ahead varchar(16);
