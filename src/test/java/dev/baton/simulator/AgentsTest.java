package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentsTest extends SimulatedTest {

  private static final String SECOND = "005xx0000000002AAA";

  @ParameterizedTest
  @CsvSource({
    "wait, Assigned 1",
    "silent, Assigned 1",
    "accept, Opened 0",
    "accept-and-close, Closed 0",
    "decline, Declined 1",
    "time-out, DeclinedOnPushTimeout 1",
    "go-offline, Unavailable 1",
    "accept-after-withdraw, Assigned 1"
  })
  void anAgentDoesWhatTheScriptSays(String does, String routing) {
    agents(agent(Simulator.DEMO_AGENT_ID, does, 0));

    String id = client.createCase(Simulator.DEMO_QUEUE_ID);

    assertThat(client.routing(id)).isEqualTo(routing);
  }

  @Test
  void whoeverAcceptsOwnsTheCase() {
    agents(agent(Simulator.DEMO_AGENT_ID, "accept", 0));

    String id = client.createCase(Simulator.DEMO_QUEUE_ID);

    assertThat(client.owner(id)).isEqualTo(Simulator.DEMO_AGENT_ID);
    assertThat(
            client
                .query("SELECT AcceptDateTime FROM AgentWork WHERE WorkItemId='" + id + "'")
                .json()
                .at("/records/0/AcceptDateTime")
                .asText())
        .isNotEmpty();
  }

  @Test
  void anAgentMayTakeTime() {
    agents(agent(Simulator.DEMO_AGENT_ID, "accept", 2000));

    String id = client.createCase(Simulator.DEMO_QUEUE_ID);

    assertThat(client.routing(id)).isEqualTo("Assigned 1");
    await().atMost(Duration.ofSeconds(30)).until(() -> client.routing(id).equals("Opened 0"));
  }

  @Test
  void declinedWorkGoesToTheNextAgentAndNeverBack() {
    agents(agent(Simulator.DEMO_AGENT_ID, "decline", 0) + "," + agent(SECOND, "decline", 0));

    String id = client.createCase(Simulator.DEMO_QUEUE_ID);

    assertThat(client.routing(id)).isEqualTo("Declined,Declined 1");
  }

  @Test
  void declinedWorkMayVanishFromTheQueue() {
    script("{'org':{'afterDecline':'goes'}}");
    agents(agent(Simulator.DEMO_AGENT_ID, "decline", 0));

    assertThat(client.routing(client.createCase(Simulator.DEMO_QUEUE_ID))).isEqualTo("Declined 0");
  }

  @ParameterizedTest
  @CsvSource({"{'Status':'Closed'}", "{'OwnerId':'005xx0000000999AAA'}"})
  void aWithdrawnCaseIsNotRoutedAnyMore(String change) {
    String id = client.createCase(Simulator.DEMO_QUEUE_ID);

    patch(id, change);

    assertThat(client.routing(id)).isEqualTo("Canceled 0");
    assertThat(client.post("/simulator/agents/accept?case=" + id, "").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({"{'Status':'Closed'}", "{'OwnerId':'00Gxx0000099999EAA'}"})
  void anAgentMayBeFasterThanOurWithdrawal(String change) {
    agents(agent(Simulator.DEMO_AGENT_ID, "accept-after-withdraw", 0));
    String id = client.createCase(Simulator.DEMO_QUEUE_ID);

    patch(id, change);

    assertThat(client.routing(id)).isEqualTo("Opened 0");
    assertThat(client.owner(id)).isEqualTo(Simulator.DEMO_AGENT_ID);
  }

  @Test
  void anAgentWhoIsLateForTheWithdrawalFindsNothing() {
    agents(agent(Simulator.DEMO_AGENT_ID, "accept", 2000));
    String id = client.createCase(Simulator.DEMO_QUEUE_ID);
    patch(id, "{'Status':'Closed'}");

    // A second case, made later, is accepted later: by then the first agent has had its turn.
    String later = client.createCase(Simulator.DEMO_QUEUE_ID);
    await().atMost(Duration.ofSeconds(30)).until(() -> client.routing(later).equals("Opened 0"));
    assertThat(client.routing(id)).isEqualTo("Canceled 0");
  }

  @Test
  void aPersonActsOnTheOldestOfferOrOnAGivenOne() {
    String first = client.createCase(Simulator.DEMO_QUEUE_ID);
    String second = client.createCase(Simulator.DEMO_QUEUE_ID);
    String third = client.createCase(Simulator.DEMO_QUEUE_ID);

    assertThat(client.post("/simulator/agents/accept?case=" + second, "").json().path("case"))
        .hasToString("\"" + second + "\"");
    Client.Response done = client.post("/simulator/agents/accept", "");
    assertThat(done.json().path("case").asText()).isEqualTo(first);
    assertThat(done.json().path("agentName").asText()).isEqualTo("Ada Agent");
    assertThat(client.post("/simulator/agents/decline", "").json().path("case").asText())
        .isEqualTo(third);

    assertThat(client.routing(first)).isEqualTo("Opened 0");
    assertThat(client.routing(third)).isEqualTo("Declined 1");
    Client.Response none = client.post("/simulator/agents/accept", "");
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.json().path("message").asText())
        .isEqualTo("No offer is open; cases that wait in a queue: 1.");
  }

  @Test
  void aPersonCanWaitForAnOfferThatIsOnItsWay() throws Exception {
    ExecutorService person = Executors.newSingleThreadExecutor();
    try {
      Future<Client.Response> done =
          person.submit(() -> client.post("/simulator/agents/accept?within=60", ""));
      String id = client.createCase(Simulator.DEMO_QUEUE_ID);

      assertThat(done.get(30, TimeUnit.SECONDS).json().path("case").asText()).isEqualTo(id);
    } finally {
      person.shutdownNow();
    }
    assertThat(client.post("/simulator/agents/accept?within=soon", "").status()).isEqualTo(400);
  }

  @Test
  void aSilentAgentCannotBeWokenByAPerson() {
    agents(agent(Simulator.DEMO_AGENT_ID, "silent", 0));
    client.createCase(Simulator.DEMO_QUEUE_ID);

    assertThat(client.post("/simulator/agents/accept", "").status()).isEqualTo(404);
  }

  @Test
  void whoComesLaterFindsWhatWaits() {
    agents("");
    String id = client.createCase(Simulator.DEMO_QUEUE_ID);
    assertThat(client.routing(id)).isEqualTo(" 1");

    agents(agent(SECOND, "accept", 0));

    assertThat(client.owner(id)).isEqualTo(SECOND);
  }

  @Test
  void aQueueMayExistAndRouteNothing() {
    String groups = "SELECT QueueRoutingConfigId FROM Group WHERE Type='Queue' AND Id='%s'";

    assertThat(
            client
                .query(groups.formatted("00Gxx0000099999EAA"))
                .json()
                .at("/records/0/QueueRoutingConfigId")
                .isNull())
        .isTrue();
    assertThat(
            client
                .query(groups.formatted(Simulator.DEMO_QUEUE_ID))
                .json()
                .at("/records/0/QueueRoutingConfigId")
                .isTextual())
        .isTrue();
  }

  private void agents(String list) {
    script("{'queues':{'" + Simulator.DEMO_QUEUE_ID + "':{'agents':[" + list + "]}}}");
  }

  private static String agent(String id, String does, int delayMs) {
    return "{'id':'%s','does':'%s','delayMs':%d}".formatted(id, does, delayMs);
  }

  private void patch(String caseId, String change) {
    assertThat(
            client
                .send("PATCH", Client.ORG + "/sobjects/Case/" + caseId, change.replace('\'', '"'))
                .status())
        .isEqualTo(204);
  }
}
