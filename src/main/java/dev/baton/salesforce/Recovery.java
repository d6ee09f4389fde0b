package dev.baton.salesforce;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Predicate;

/** What follows a fault. */
final class Recovery {

  private Recovery() {}

  /** For {@code exceptionallyCompose}: goes on after some faults of the org, passes on the rest. */
  static <T> Function<Throwable, CompletableFuture<T>> after(
      Predicate<SalesforceException> when,
      Function<SalesforceException, CompletableFuture<T>> then) {
    return failure -> {
      Throwable cause = cause(failure);
      return cause instanceof SalesforceException known && when.test(known)
          ? then.apply(known)
          : CompletableFuture.failedFuture(failure);
    };
  }

  /** For {@code exceptionallyCompose}: the record is gone, and that is as good. */
  static Function<Throwable, CompletableFuture<Void>> ifGone() {
    return after(SalesforceException.NotFound.class::isInstance, gone -> done());
  }

  /** The org understood, and will say no again. */
  static boolean isRefusal(SalesforceException fault) {
    return fault instanceof SalesforceException.Rejected
        || fault instanceof SalesforceException.NotFound;
  }

  /** Nothing is left to do. */
  @SuppressWarnings("NullAway") // Void has no other value.
  static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }

  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
