package dev.baton.it.security;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A path written in a way that some parser takes for the same path.
 *
 * @param trick what was done to the path, the same for all paths
 */
record Spelling(String trick, String path) {

  private static final List<String> AFTER_A_SEGMENT =
      List.of(
          ";",
          ";a=b",
          ";jsessionid=1",
          "%3b",
          "%3Ba",
          "/",
          "//",
          "/.",
          "/%2e",
          ".",
          "%20",
          "%00",
          "%0a",
          "%0d%0a",
          "%09",
          "%2f",
          "%2F",
          "%5c",
          "\\",
          "%252f",
          "%85",
          "%e2%80%a8",
          "%c0%af",
          "%23",
          "%3f");
  private static final List<String> BEFORE_A_SEGMENT =
      List.of("/", "./", ";/", ".;/", "x/../", "x/..;/", "%2e/", "x/%2e%2e/", "\\", "%2f", "..%2f");

  /**
   * The path in about eighty spellings: each trick at the last segment and at one before it, chosen
   * by the path, so that over all paths each trick meets each depth.
   */
  static List<Spelling> of(String path) {
    String[] segments = path.substring(1).split("/", -1);
    int other = Math.floorMod(path.hashCode(), segments.length);
    List<Spelling> all = new ArrayList<>();
    for (int at :
        other == segments.length - 1 ? new int[] {other} : new int[] {other, segments.length - 1}) {
      for (String after : AFTER_A_SEGMENT) {
        all.add(with("x" + after, segments, at, segments[at] + after));
      }
      for (String before : BEFORE_A_SEGMENT) {
        all.add(with(before + "x", segments, at, before + segments[at]));
      }
      if (!segments[at].isEmpty()) {
        String first = "%%%02x".formatted((int) segments[at].charAt(0));
        all.add(with("%xx", segments, at, first + segments[at].substring(1)));
        all.add(with("upper case", segments, at, segments[at].toUpperCase(Locale.ROOT)));
      }
    }
    all.add(new Spelling("absolute", "http://localhost" + path));
    all.add(new Spelling("below a probe", "/health/live;/.." + path));
    all.add(new Spelling("below a page", "/camunda/app/.." + path));
    return all;
  }

  private static Spelling with(String trick, String[] segments, int at, String segment) {
    String[] changed = segments.clone();
    changed[at] = segment;
    return new Spelling(trick, "/" + String.join("/", changed));
  }
}
