package dev.baton.salesforce;

/**
 * How much of an org's allowance of API calls is used up, by whomever, within the last 24 hours.
 *
 * @param used calls so far
 * @param allowed calls altogether; positive
 */
public record ApiUsage(long used, long allowed) {

  public ApiUsage {
    if (used < 0 || allowed <= 0) {
      throw new IllegalArgumentException("This is no use of an allowance");
    }
  }

  /** Calls that are left; 0 when more were made than are allowed. */
  public long left() {
    return Math.max(allowed - used, 0);
  }

  /** The used share in per cent, rounded down; above 100 when more were made than are allowed. */
  public long percent() {
    return Math.round(Math.floor(100.0 * used / allowed));
  }
}
