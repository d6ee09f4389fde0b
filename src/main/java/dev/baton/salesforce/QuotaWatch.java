package dev.baton.salesforce;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Follows what the org's answers say about its allowance of API calls. Warns once when a threshold
 * is passed, and again only after the share has fallen below it. Thread-safe.
 */
final class QuotaWatch {

  /** {@code api-usage=18/5000}, possibly with {@code ; per-app-api-usage=17/250(appName=x)}. */
  static final String HEADER = "Sforce-Limit-Info";

  private static final Pattern USAGE =
      Pattern.compile("(?:^|[;,\\s])api-usage=([0-9]{1,18})/([1-9][0-9]{0,17})");
  private static final List<Integer> THRESHOLDS = List.of(95, 90, 80);

  private @Nullable ApiUsage last;
  private int warnedOf;

  synchronized Optional<ApiUsage> last() {
    return Optional.ofNullable(last);
  }

  /**
   * Takes in an answer's header.
   *
   * @return the warning that it is time for
   */
  synchronized Optional<String> see(@Nullable String header) {
    Matcher matcher = USAGE.matcher(header == null ? "" : header);
    if (!matcher.find()) {
      return Optional.empty();
    }
    ApiUsage usage =
        new ApiUsage(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    last = usage;
    int passed = THRESHOLDS.stream().filter(t -> usage.percent() >= t).findFirst().orElse(0);
    boolean further = passed > warnedOf;
    warnedOf = passed;
    return further
        ? Optional.of(
            "%d %% of the org's API calls of 24 hours are used up: %d of %d, %d left"
                .formatted(usage.percent(), usage.used(), usage.allowed(), usage.left()))
        : Optional.empty();
  }
}
