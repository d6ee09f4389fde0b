package dev.baton.http;

import java.time.Duration;
import java.util.Optional;

/** A failed call, as far as it tells how the system is that was called. */
public interface SystemFault {

  /** How a system is. */
  enum Health {
    /** It gave an answer, to which the call may be to blame. */
    UP,
    /** It gave no answer, or one that it would give to any call now. */
    DOWN,
    /** It was not asked. */
    UNKNOWN
  }

  /** What the failure tells. */
  Health health();

  /** The shortest pause before the next call, if one is known. */
  Optional<Duration> retryAfter();
}
