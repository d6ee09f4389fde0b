package dev.baton.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.engine.Signal;
import dev.baton.engine.TaskType;
import dev.baton.engine.TaskType.Data;
import dev.baton.engine.TaskType.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/task-types.md} says what the tables in the code say. To write it anew: {@code mvn
 * test -Dtest=TaskTypesPageTest -Dbaton.write-docs}.
 */
class TaskTypesPageTest {

  private static final Path PAGE = Path.of("docs", "task-types.md");

  private static final String HEAD =
      """
      # Baton's steps, for processes of your own

      <!-- Written from the code by TaskTypesPageTest; do not edit. -->

      Deploy your process to the running engine (`POST /engine-rest/deployment/create`, or the Modeler's rocket) and start
      it by its key with a business key: that is the conversation's key. Channels then write with the message
      `customer-message` or `POST /api/conversations/{key}/messages`, and see it at `GET /api/conversations/{key}`, as they
      do with `bot-conversation`. Two examples to begin with:

      ![One question](pictures/one-question.png)

      [`examples/one-question.bpmn`](examples/one-question.bpmn)

      ![Approved transfer](pictures/approved-transfer.png)

      [`examples/approved-transfer.bpmn`](examples/approved-transfer.bpmn)

      A conversation belongs to the process instance that opened it: its steps do not go into a process that is called from
      it. Every step that calls somebody is an external task; Baton performs it itself, and retries a call that failed. When
      it gives up there is an incident, and the conversation stands still until somebody retries it in Cockpit. When the call
      was made but what follows it in your process fails, there is an incident too; it goes on by itself once the cause
      is removed.

      ## Steps

      *Lasts until the next wait state* means: read it in a gateway right behind the step.

      """;

  @Test
  void saysWhatTheCodeSays() throws IOException {
    String page = page();
    if (System.getProperty("baton.write-docs") != null) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (TaskType type : TaskType.values()) {
      page.append("### ").append(type.label()).append("\n\n");
      page.append(type.does()).append("\n\n| | |\n|---|---|\n");
      row(page, "In BPMN", written(type));
      if (!type.needs().isEmpty()) {
        row(
            page,
            "Needs before it",
            type.needs().stream().map(TaskType::label).collect(Collectors.joining(", ")));
      }
      rows(page, "Reads", type.reads());
      rows(page, "Sets", type.sets());
      row(page, "When it fails", type.fails());
      page.append('\n');
    }
    page.append(
        """
        ## Messages

        Baton sends them to the conversation's process, wherever that waits for them: at a receive task, a boundary event, \
        the start of an event subprocess.

        | Message | Says | When nobody waits for it |
        |---|---|---|
        """);
    for (Signal signal : Signal.values()) {
      page.append(
          "| `%s` | %s | %s |\n".formatted(signal.message(), signal.says(), signal.otherwise()));
    }
    page.append(
        """

        ## On timers

        The execution listener `${batonCustomerSilent}` (event `start`) on a timer says that the customer was silent too \
        long: from then on the conversation is over for the channel. Other timers need nothing of Baton's.

        ## Refused at deployment

        With the element and the mistake in words, all of them at once:

        """);
    Arrays.stream(Rule.values())
        .forEach(rule -> page.append("- ").append(rule.forbids()).append('\n'));
    return page.toString();
  }

  private static String written(TaskType type) {
    return type.form() == Form.TOPIC
        ? "service task, external, topic `%s`".formatted(type.written())
        : "task, delegate expression `${%s}`".formatted(type.written());
  }

  private static void rows(StringBuilder page, String title, List<Data> variables) {
    for (Data data : variables) {
      row(
          page,
          title,
          "`%s` (%s): %s%s"
              .formatted(
                  data.variable().name(),
                  data.variable().type().getSimpleName(),
                  data.says(),
                  data.variable().transientOnly() ? ". Lasts until the next wait state" : ""));
    }
  }

  private static void row(StringBuilder page, String title, String text) {
    page.append("| ").append(title).append(" | ").append(text).append(" |\n");
  }
}
