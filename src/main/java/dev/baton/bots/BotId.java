package dev.baton.bots;

import java.util.regex.Pattern;

/** Ids of bots: Salesforce record ids, 15 or 18 characters, whose kind is told by {@code 0Xx}. */
public final class BotId {

  private static final Pattern FORM = Pattern.compile("0Xx[A-Za-z0-9]{12}([A-Za-z0-9]{3})?");

  private BotId() {}

  /** Whether a text may be a bot's id. Only the org knows whether there is such a bot. */
  public static boolean looksLikeOne(String text) {
    return FORM.matcher(text).matches();
  }
}
