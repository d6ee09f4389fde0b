package dev.baton.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.failure.FaultTrial.Found;
import dev.baton.it.support.FaultCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every fault that the simulator has, at every call of a conversation, once and as long as it
 * lasts, with somebody who accepts and with nobody: each ends as it is modelled, and as
 * docs/faults.md says.
 */
class EveryFaultAtEveryCallTest {

  /** So many conversations the journal can hold. */
  private static final int TOGETHER = 300;

  @Tag("campaign")
  @TestFactory
  Stream<DynamicTest> everyFault() throws IOException {
    Map<FaultCase, Found> found = run(FaultCase.all());
    String table = new FaultsPage(found).table();
    Files.writeString(Path.of("target", "faults.md"), table);
    return Stream.concat(
        tests(found),
        Stream.of(
            DynamicTest.dynamicTest(
                "docs/faults.md has the table that is in target/faults.md",
                () -> assertThat(Path.of("docs", "faults.md")).content().contains(table))));
  }

  /** A fault that passes, one that does not, and one that leaves in doubt. */
  @TestFactory
  Stream<DynamicTest> someFaults() {
    Set<String> some = Set.of("503 json", "400", "reset after processing");
    return tests(
        run(
            FaultCase.all().stream()
                .filter(one -> one.always() && some.contains(one.fault().name()))
                .filter(one -> one.remote().whose() != null)
                .toList()));
  }

  private static Stream<DynamicTest> tests(Map<FaultCase, Found> all) {
    return all.entrySet().stream()
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.getKey().toString(),
                    () -> assertThat(one.getValue().wrong()).as("%s", one.getValue()).isEmpty()));
  }

  private static Map<FaultCase, Found> run(List<FaultCase> cases) {
    Map<FaultCase, Found> found = new LinkedHashMap<>();
    List<FaultCase> bound = cases.stream().filter(one -> one.remote().whose() != null).toList();
    try (FaultTrial trial = new FaultTrial()) {
      for (int from = 0; from < bound.size(); from += TOGETHER) {
        found.putAll(trial.together(bound.subList(from, Math.min(from + TOGETHER, bound.size()))));
      }
      for (List<FaultCase> few : alone(cases)) {
        found.putAll(trial.alone(few));
      }
    }
    return found;
  }

  /** Faults that hit everybody: one by one, but the looks at offers meet one after the other. */
  private static Collection<List<FaultCase>> alone(List<FaultCase> cases) {
    return cases.stream()
        .filter(one -> one.remote().whose() == null)
        .collect(
            Collectors.groupingBy(
                one -> one.isLook() ? List.of(one.remote(), one.always()) : List.of(one),
                LinkedHashMap::new,
                Collectors.toList()))
        .values();
  }
}
