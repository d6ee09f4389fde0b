package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.camunda.bpm.engine.RepositoryService;
import org.camunda.bpm.engine.repository.ProcessDefinition;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

class OwnEngineTest {

  private final String database = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

  @Test
  void deploysNothingThatTheApplicationDidNotAskFor() {
    assertThat(deployed()).containsExactly("own-process");
  }

  @Test
  void deploysTheLibraryOnRequest() {
    assertThat(deployed("--baton.library.deploy=true"))
        .containsExactly("bot-conversation", "customer-inbox", "own-process");
  }

  @Test
  void startsAgainOnTheSameDatabase() {
    deployed("--baton.library.deploy=true");
    assertThat(deployed("--baton.library.deploy=true"))
        .containsExactly("bot-conversation", "customer-inbox", "own-process");
  }

  /** Starts the application and answers the keys of the deployed processes. */
  private List<String> deployed(String... arguments) {
    try (ConfigurableApplicationContext context =
        new SpringApplicationBuilder(OwnEngine.class)
            .properties("spring.main.banner-mode=off", "logging.level.root=warn")
            .run(concat("--spring.datasource.url=" + database, arguments))) {
      assertThat(context).isNotInstanceOf(WebServerApplicationContext.class);
      return context
          .getBean(RepositoryService.class)
          .createProcessDefinitionQuery()
          .orderByProcessDefinitionKey()
          .asc()
          .list()
          .stream()
          .map(ProcessDefinition::getKey)
          .toList();
    }
  }

  private static String[] concat(String first, String... others) {
    String[] all = new String[others.length + 1];
    all[0] = first;
    System.arraycopy(others, 0, all, 1, others.length);
    return all;
  }
}
