-- An order that waits because the system that it is for is down: which one, and since when it waits. Its due_at says when
-- that system is asked again.
alter table baton_order add column parked_for varchar(255);
alter table baton_order add column parked_since timestamp with time zone;
