package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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
    assertThat(names("[A-Z][A-Za-z]+Test\\b"))
        .isNotEmpty()
        .allSatisfy(
            test -> assertThat(Path.of("src/test/java/dev/baton/whole", test + ".java")).exists());
  }

  private static List<String> names(String pattern) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(Path.of("docs/guarantees.md")))
        .results()
        .map(MatchResult::group)
        .toList();
  }
}
