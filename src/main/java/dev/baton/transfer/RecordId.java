package dev.baton.transfer;

import java.util.Optional;

/**
 * Salesforce record ids, which come in two spellings: 15 characters, where case matters, and the
 * same 15 followed by three check characters that hold the case, so that it no longer matters.
 *
 * <p>Each check character stands for a block of five: bit k is set when character k of the block is
 * an upper-case letter, and the sum indexes {@code A..Z0..5}.
 */
public final class RecordId {

  private static final String CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  private static final int SHORT = 15;
  private static final int BLOCK = 5;

  private RecordId() {}

  /**
   * The 18-character spelling of an id, with the case its check characters ask for. Empty when the
   * text is no id at all: wrong length, other characters than ASCII letters and digits, or check
   * characters that cannot belong to it.
   */
  public static Optional<String> canonical(String text) {
    if (!text.chars().allMatch(RecordId::isLetterOrDigit)) {
      return Optional.empty();
    }
    return switch (text.length()) {
      case SHORT -> Optional.of(text + checkOf(text));
      case SHORT + SHORT / BLOCK -> restored(text);
      default -> Optional.empty();
    };
  }

  private static Optional<String> restored(String text) {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < SHORT; i++) {
      int bits = CHECK.indexOf(upper(text.charAt(SHORT + i / BLOCK)));
      char c = text.charAt(i);
      boolean upper = ((bits >> (i % BLOCK)) & 1) == 1;
      id.append(upper ? upper(c) : lower(c));
    }
    String check = checkOf(id);
    // A bit that is set for a digit, or a check character out of range, shows up here.
    return check.equalsIgnoreCase(text.substring(SHORT))
        ? Optional.of(id.append(check).toString())
        : Optional.empty();
  }

  private static String checkOf(CharSequence id) {
    StringBuilder check = new StringBuilder();
    for (int block = 0; block < SHORT; block += BLOCK) {
      int bits = 0;
      for (int k = 0; k < BLOCK; k++) {
        char c = id.charAt(block + k);
        bits |= c >= 'A' && c <= 'Z' ? 1 << k : 0;
      }
      check.append(CHECK.charAt(bits));
    }
    return check.toString();
  }

  private static boolean isLetterOrDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  }

  private static char upper(char c) {
    return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
  }

  private static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
  }
}
