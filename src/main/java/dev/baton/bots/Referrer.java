package dev.baton.bots;

/** Where a session comes from. */
public record Referrer(String type, String value) {
  public static final String BOT = Target.BOT;
  public static final String SESSION = "Salesforce:BotRuntime:Session:Id";
}
