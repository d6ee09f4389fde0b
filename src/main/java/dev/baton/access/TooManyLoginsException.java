package dev.baton.access;

import java.time.Duration;
import org.springframework.security.core.AuthenticationException;

/** Credentials were not checked, since their address has tried too many wrong passwords. */
final class TooManyLoginsException extends AuthenticationException {

  private static final long serialVersionUID = 1L;

  private final Duration wait;

  TooManyLoginsException(Duration wait) {
    super("too many wrong passwords");
    this.wait = wait;
  }

  Duration waitTime() {
    return wait;
  }
}
