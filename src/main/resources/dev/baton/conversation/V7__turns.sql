-- A turn: a message of the customer's that is on its way to the bot while the process's token waits for the next one.
-- FREE when none is, TAKEN when one is, MORE when another message waits for it; null when each message takes the token with it.
-- The customer's silence counts from rests_since.
alter table baton_conversation add column turn varchar(8);
alter table baton_conversation add column rests_since timestamp with time zone;

-- A node of an earlier version knows no turns: while one is alive, none is begun.
alter table baton_node add column takes_turns boolean default false not null;
