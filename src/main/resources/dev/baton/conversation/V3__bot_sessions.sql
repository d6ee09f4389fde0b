-- A session that was started at another bot, by which the conversation was offered to it. What the bot said first is
-- kept here until the conversation goes on there.
create table baton_bot_session (
  offer_id            bigint        primary key references baton_offer on delete cascade,
  session_id          varchar(255)  not null,
  runtime_crc         varchar(4000),
  answer              text not null
);
