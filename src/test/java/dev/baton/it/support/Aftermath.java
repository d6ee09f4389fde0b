package dev.baton.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.Conversations;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** What conversations that are over have left in the org, and what must never be there. */
public final class Aftermath {

  private final Baton baton;
  private final List<JsonNode> comments;
  private final Map<String, List<JsonNode>> bySession;
  private final List<JsonNode> cases;
  private final Set<String> ringing;
  private final Set<String> waiting;

  public Aftermath(Trial trial) {
    baton = trial.baton;
    List<JsonNode> journal = list(trial.simulator.journal());
    bySession = journal.stream().collect(Collectors.groupingBy(Aftermath::session));
    comments =
        journal.stream()
            .filter(call -> call.path("path").asText().endsWith("/CaseComment"))
            .filter(call -> call.path("effect").asText().equals("processed"))
            .toList();
    cases = list(rows(trial, "SELECT Id,Status,OwnerId FROM Case"));
    ringing =
        Set.copyOf(
            rows(trial, "SELECT WorkItemId FROM AgentWork WHERE Status='Assigned'")
                .findValuesAsText("WorkItemId"));
    waiting =
        Set.copyOf(
            rows(trial, "SELECT WorkItemId FROM PendingServiceRouting")
                .findValuesAsText("WorkItemId"));
  }

  public static JsonNode rows(Trial trial, String soql) {
    return trial
        .get(
            "/services/data/v63.0/query?q="
                + URLEncoder.encode(soql, StandardCharsets.UTF_8).replace("+", "%20"))
        .path("records");
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  /**
   * What is wrong with a conversation, in words; empty if nothing is.
   *
   * @param view the conversation as channels see it
   * @param queue the one queue to which its session was offered
   * @param agent the one agent of that queue
   */
  public List<String> wrong(JsonNode view, String queue, String agent) {
    List<String> wrong = new ArrayList<>();
    Conversation conversation = conversation(view);
    String state = view.path("state").asText();
    check(wrong, Set.of("transferred", "ended").contains(state), "it ended as " + state);
    check(wrong, sessionEnded(conversation), "the bot's session is still open");

    long open = openCases(queue, agent);
    check(wrong, open == 1 || !state.equals("transferred"), open + " cases are open");
    check(
        wrong,
        own(queue, agent)
            .map(c -> c.path("Id").asText())
            .noneMatch(id -> ringing.contains(id) || waiting.contains(id)),
        "an offer is still open");

    for (JsonNode transfer : view.path("transfers")) {
      String escalate = transfer.path("escalateId").asText();
      List<String> reports =
          takenIn(view)
              .filter(call -> message(call).path("inReplyToMessageId").asText().equals(escalate))
              .map(call -> message(call).path("type").asText())
              .toList();
      String told = transfer.path("report").asText("none");
      check(
          wrong,
          switch (told) {
            case "succeeded" -> reports.equals(List.of("transferSucceeded"));
            case "failed" -> reports.equals(List.of("transferFailed"));
            case "none", "session-gone" -> reports.isEmpty();
            default -> reports.size() <= 1;
          },
          "the report is said to be " + told + ", and the bot took in " + reports);
    }
    return wrong;
  }

  /** How many cases of a queue are not closed; of an offer that is over it is untidy, no more. */
  public long openCases(String queue, String agent) {
    return own(queue, agent).filter(c -> !c.path("Status").asText().equals("Closed")).count();
  }

  private Stream<JsonNode> own(String queue, String agent) {
    return cases.stream().filter(c -> Set.of(queue, agent).contains(c.path("OwnerId").asText()));
  }

  /** What the bot processed, and not what it only recognised as a repetition. */
  public Stream<JsonNode> takenIn(JsonNode view) {
    return calls(conversation(view).sessionId())
        .filter(call -> call.path("effect").asText().equals("processed"));
  }

  private Stream<JsonNode> calls(@Nullable String session) {
    return session == null ? Stream.empty() : bySession.getOrDefault(session, List.of()).stream();
  }

  /** The session of a call; where a fault came in between, the path has it. */
  private static String session(JsonNode call) {
    String noted = call.path("session").asText();
    return noted.isEmpty()
        ? call.path("path").asText().replaceFirst("^.*/sessions/([^/]+).*$", "$1")
        : noted;
  }

  private Conversation conversation(JsonNode view) {
    return baton.bean(Conversations.class).find(view.path("key").asText()).orElseThrow();
  }

  /** The comments that were added to cases. */
  public Stream<JsonNode> comments(List<String> caseIds) {
    return comments.stream()
        .filter(call -> caseIds.contains(call.path("body").path("ParentId").asText()));
  }

  public static JsonNode message(JsonNode call) {
    return call.path("body").path("message");
  }

  /** Ended by us or by the bot; or the bot was made to say that it does not know it any more. */
  private boolean sessionEnded(Conversation conversation) {
    String session = conversation.sessionId();
    return session == null
        || calls(session)
            .anyMatch(
                call ->
                    Set.of(404, 410).contains(call.path("status").asInt())
                        || (call.path("effect").asText().equals("processed")
                            && (call.path("method").asText().equals("DELETE")
                                || call.path("answer").toString().contains("sessionEnded"))));
  }

  private static void check(List<String> wrong, boolean right, String words) {
    if (!right) {
      wrong.add(words);
    }
  }
}
