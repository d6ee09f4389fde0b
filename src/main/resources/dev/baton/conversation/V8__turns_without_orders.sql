-- A turn has no row of its own among the orders: the node that sends its message stands with the conversation, and means
-- something while turn is TAKEN or MORE. Null when the turn has a row after all, because it was left to other nodes.
alter table baton_conversation add column turn_owner varchar(64);

-- A node of an earlier version looks for turns among the orders only: while one is alive, none is begun. To such a node
-- this one says that it takes no turns, so that it begins none either.
alter table baton_node add column turns_without_orders boolean default false not null;
