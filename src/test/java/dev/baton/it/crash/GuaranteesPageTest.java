package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.support.CrashPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/guarantees.md names is there. */
class GuaranteesPageTest {

  @Test
  void namesEveryPointAtWhichAProcessIsKilledOnce() throws IOException {
    assertThat(names("[A-Z]+(_[A-Z]+)+"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(CrashPoint.values()).map(CrashPoint::name).toList());
  }

  @Test
  void namesTestsThatExist() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      assertThat(names("[A-Z][A-Za-z]+Test\\b"))
          .isNotEmpty()
          .isSubsetOf(
              files.map(file -> file.getFileName().toString().replace(".java", "")).toList());
    }
  }

  private static List<String> names(String pattern) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(Path.of("docs/guarantees.md")))
        .results()
        .map(MatchResult::group)
        .toList();
  }
}
