-- A call that is made ahead of the process has no row among the orders: its id stands with the conversation, and turn_owner is
-- the node that makes it. Which call it is follows from how far the conversation has come.
alter table baton_conversation add column ahead_call bigint;
alter table baton_conversation add column ahead_since timestamp with time zone;

-- A conversation may also begin ahead of its process, which is started when the bot has answered. Until then
-- process_instance_id is empty, and these say as an instance of what, and as whose, the process will begin.
alter table baton_conversation add column begins_as varchar(64);
alter table baton_conversation add column begun_by varchar(255);

-- What an earlier version left behind.
update baton_conversation set turn_owner = null, ahead_since = current_timestamp, ahead_call = (
    select -4000000000000000 - coalesce(max(o.id), 0) from baton_order o
    where o.conversation_key = baton_conversation.conversation_key and o.step_id is null and o.state = 'OPEN'
      and o.kind in ('TARGET_AVAILABILITY', 'TARGET_OFFER', 'BOT_TRANSFER_SUCCEEDED', 'BOT_END'))
where turn = 'AHEAD';
delete from baton_order where step_id is null and state = 'OPEN'
  and kind in ('TARGET_AVAILABILITY', 'TARGET_OFFER', 'BOT_TRANSFER_SUCCEEDED', 'BOT_END')
  and conversation_key in (select conversation_key from baton_conversation where turn = 'AHEAD');
