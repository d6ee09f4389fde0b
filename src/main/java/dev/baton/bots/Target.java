package dev.baton.bots;

/** Whom the bot wants the session handed to. Types other than the four known ones are kept. */
public record Target(String type, String value) {
  /** How many characters a type or a value has at most. */
  public static final int LONGEST = 255;

  public static final String BOT = "Salesforce:Core:Bot:Id";
  public static final String QUEUE = "Salesforce:Core:Queue:Id";
  public static final String SKILL = "Salesforce:Core:Skill:Id";
  public static final String FLOW = "Salesforce:Core:Flow:Id";
}
