-- Conversations that are over are removed after a while; by their age they are found without a look at all the others.
create index baton_conversation_closed on baton_conversation (closed_at);

-- Every few seconds each node looks for conversations that talk and overslept a message (Inbox.overslept): they are few,
-- beside those that are over and are kept.
create index baton_conversation_state on baton_conversation (state);
