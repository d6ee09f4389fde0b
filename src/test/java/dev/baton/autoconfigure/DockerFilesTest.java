package dev.baton.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** A misspelled variable in these files would be ignored, and found out in production. */
class DockerFilesTest {

  private static final Path FOLDER = Path.of("docker");
  private static final Pattern VARIABLE =
      Pattern.compile("\\b(?:BATON|CAMUNDA|SERVER|SPRING)_[A-Z0-9_]+");

  /** Spring hands these to the pool as they are. */
  private static final String POOL = "SPRING_DATASOURCE_HIKARI_";

  @Test
  void everyVariableIsAProperty() throws IOException {
    Set<String> known = new HashSet<>();
    addBatons(BatonProperties.class, "BATON", known);
    addOthers(known);
    Set<String> used = new TreeSet<>();
    for (String file : List.of("Dockerfile", "compose.yml", "compose.trial.yml", "env.example")) {
      Matcher found = VARIABLE.matcher(Files.readString(FOLDER.resolve(file)));
      while (found.find()) {
        used.add(found.group());
      }
    }

    assertThat(used).hasSizeGreaterThan(15);
    assertThat(used).allMatch(name -> name.startsWith(POOL) || known.contains(name));
  }

  private static void addBatons(Class<?> type, String prefix, Set<String> names) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = prefix + "_" + component.getName().toUpperCase(Locale.ROOT);
      if (component.getType().isRecord()) {
        addBatons(component.getType(), name, names);
      } else {
        names.add(name);
      }
    }
  }

  /** What Spring Boot and Camunda's starter describe. */
  private static void addOthers(Set<String> names) throws IOException {
    ClassLoader loader = DockerFilesTest.class.getClassLoader();
    for (URL url :
        Collections.list(loader.getResources("META-INF/spring-configuration-metadata.json"))) {
      for (JsonNode property : read(url).path("properties")) {
        names.add(
            property
                .path("name")
                .asText()
                .replace("-", "")
                .replace('.', '_')
                .toUpperCase(Locale.ROOT));
      }
    }
  }

  private static JsonNode read(URL url) throws IOException {
    try (InputStream in = url.openStream()) {
      return new ObjectMapper().readTree(in);
    }
  }

  /** The limit of logins goes by what the proxy says of a caller. */
  @Test
  void whatCallersSayOfThemselvesEndsAtTheProxy() throws IOException {
    assertThat(Files.readString(FOLDER.resolve("haproxy.cfg")))
        .containsSubsequence(
            "http-request del-header X-Forwarded- -m beg",
            "http-request set-header X-Forwarded-Proto",
            "option forwardfor");
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yml", "compose.trial.yml"})
  void bothNodesAreThereAndEveryFileThatIsNamed(String file) throws IOException {
    Map<String, Map<String, ?>> compose = new Yaml().load(Files.readString(FOLDER.resolve(file)));

    assertThat(compose.get("services")).containsKeys("node1", "node2", "proxy");
    assertThat(FOLDER.resolve("haproxy.cfg")).exists();
    assertThat(FOLDER.resolve("call")).isExecutable();
  }
}
