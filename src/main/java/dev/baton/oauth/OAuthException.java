package dev.baton.oauth;

import org.jspecify.annotations.Nullable;

/** No token. The text says what to do and holds no secret. */
public abstract sealed class OAuthException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private OAuthException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The set-up is wrong: asking again is of no use until somebody has changed it. */
  public static final class Misconfigured extends OAuthException {
    private static final long serialVersionUID = 1;

    Misconfigured(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The token endpoint cannot answer at the moment: ask again later. */
  public static final class Unavailable extends OAuthException {
    private static final long serialVersionUID = 1;

    Unavailable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
