package dev.baton.benchmark;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A load: how many customers do what, with how slow a bot. Written {@code turn@64+50}.
 *
 * @param callers customers at once, each of whom waits for the answer before going on
 * @param delayMs what the bot and the targets take for each answer
 */
record Slot(Kind kind, int callers, int delayMs) {

  private static final Pattern WRITTEN = Pattern.compile("(\\w+)@(\\d+)(?:\\+(\\d+))?");
  private static final int CALLS = 11;
  private static final int TURNS = 5;

  /** What the customers do. */
  enum Kind {
    /** They talk, in conversations that have begun before. */
    TURN,
    /** They begin, talk four times, and ask for a person. */
    WHOLE,
    /** They ask for a person, in conversations that have begun before. */
    TRANSFER;

    /** So many turns are what the costs are given for. */
    int turnsPerUnit() {
      return this == WHOLE ? TURNS : 1;
    }
  }

  static Slot parse(String text) {
    Matcher slot = WRITTEN.matcher(text);
    if (!slot.matches()) {
      throw new IllegalArgumentException(text + " is not written as turn@64+50");
    }
    return new Slot(
        Kind.valueOf(slot.group(1).toUpperCase(Locale.ROOT)),
        Integer.parseInt(slot.group(2)),
        slot.group(3) == null ? 0 : Integer.parseInt(slot.group(3)));
  }

  /** The turns a second of customers who wait for nothing but a slow bot; else not a number. */
  double idealRate() {
    double each = kind == Kind.TURN ? 1 : (double) TURNS / CALLS;
    return delayMs == 0 ? Double.NaN : each * callers * 1000 / delayMs;
  }

  /** After so long customers who began one after the other are evenly spread. */
  long spreadMs() {
    return (long) delayMs * (kind == Kind.TURN ? 1 : CALLS);
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT)
        + "@"
        + callers
        + (delayMs == 0 ? "" : "+" + delayMs);
  }
}
