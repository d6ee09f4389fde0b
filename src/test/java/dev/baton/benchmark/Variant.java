package dev.baton.benchmark;

/**
 * A way to carry a conversation. Each method returns when what it brought about is committed.
 * Thread-safe; one customer at a time in each conversation.
 */
interface Variant extends AutoCloseable {

  String name();

  /** Where it keeps its conversations. */
  Database database();

  /** The conversation begins: the bot has a session for it. */
  void begin(String key);

  /** The customer says something, and the bot answers. */
  void say(String key);

  /** The customer asks for a person: until the third target has the session and it is ended. */
  void transfer(String key);

  @Override
  void close();
}
