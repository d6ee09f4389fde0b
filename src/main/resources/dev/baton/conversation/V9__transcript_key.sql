-- Two lines of each turn were entered in two indexes that begin differently and end the same: one of them is enough, since
-- nobody looks for a line without its conversation.
alter table baton_transcript ${dropPrimaryKey};
drop index baton_transcript_of;
alter table baton_transcript add primary key (conversation_key, id);
