package dev.baton.it.crash;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One conversation that will escalate, drawn from random numbers: its bot, its targets with what
 * they do, what goes wrong, and what the customer does meanwhile.
 *
 * @param world what it needs of the simulated org: a script to be merged
 * @param faults what goes wrong with its bot and its queues
 * @param typed how many messages the customer writes while the transfer runs
 * @param deed what the customer does besides
 * @param afterMs when, counted from the escalate
 */
record Escalation(
    String key,
    String bot,
    ObjectNode world,
    List<ObjectNode> faults,
    String strategy,
    String patience,
    int typed,
    Deed deed,
    int afterMs) {

  /** The bots that it may be with, one after the other. */
  List<String> bots() {
    List<String> bots = new ArrayList<>();
    world.path("bots").fieldNames().forEachRemaining(bots::add);
    return bots;
  }

  enum Deed {
    WAITS,
    LEAVES,
    CANCELS
  }

  static final String BOT = "Salesforce:Core:Bot:Id";
  static final String DESK = "Baton:Webhook";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> AGENTS_DO =
      List.of(
          "accept",
          "accept",
          "decline",
          "silent",
          "time-out",
          "go-offline",
          "accept-after-withdraw");
  private static final List<String> REFUSALS =
      List.of(
          "{\"status\":500}",
          "{\"status\":503,\"body\":\"html\"}",
          "{\"status\":429,\"body\":\"none\"}",
          "{\"delayMs\":700}",
          "{\"connection\":\"reset-before\"}",
          "{\"connection\":\"reset-after\"}");

  static Escalation draw(int n, Random random) {
    return draw(n, random, REFUSALS);
  }

  /**
   * Draws one.
   *
   * @param refusals what may go wrong, as the simulator's script has it
   */
  static Escalation draw(int n, Random random, List<String> refusals) {
    return new Drawing(n, random, refusals).draw();
  }

  /** What one conversation is made of, while it is made. */
  private static final class Drawing {

    private final int n;
    private final Random random;
    private final List<String> refusals;
    private final ObjectNode world = JSON.createObjectNode();
    private final List<ObjectNode> faults = new ArrayList<>();
    private final String bot;

    Drawing(int n, Random random, List<String> refusals) {
      this.n = n;
      this.random = random;
      this.refusals = refusals;
      this.bot = Org.bot(n);
    }

    Escalation draw() {
      ArrayNode targets = JSON.createArrayNode();
      int count = random.nextInt(4);
      for (int i = 0; i < count; i++) {
        target(targets, 10 * n + i);
      }
      ObjectNode scripted = world.withObject("/bots").withObject("/" + bot);
      scripted.set("targets", targets);
      scripted.put("answerDelayMs", random.nextInt(3) * 20);
      scripted.put("transferSucceeded", one("empty-text", "no-messages"));
      scripted
          .putArray("transferFailed")
          .add(one("text", "text", "session-ended", "escalate"))
          .add("text");
      if (random.nextInt(3) == 0) {
        fault("bot", bot, one("/sessions$", "/messages$", "/sessions/"));
      }
      return new Escalation(
          "thousand-" + n,
          bot,
          world,
          faults,
          one("ordered", "race"),
          "PT%dS".formatted(1 + random.nextInt(2)),
          random.nextInt(4),
          deed(),
          random.nextInt(1500));
    }

    private Deed deed() {
      return switch (random.nextInt(5)) {
        case 0 -> Deed.LEAVES;
        case 1 -> Deed.CANCELS;
        default -> Deed.WAITS;
      };
    }

    private void target(ArrayNode targets, int id) {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> {
          String queue = Org.queue(id);
          ObjectNode scripted = world.withObject("/queues").withObject("/" + queue);
          scripted.put("routes", random.nextInt(10) > 0);
          ArrayNode agents = scripted.putArray("agents");
          agent(agents.addObject().put("id", user(id)));
          if (random.nextInt(3) == 0) {
            fault("queue", queue, one("/sobjects/Case", "/query"));
          }
          name(targets, "Salesforce:Core:Queue:Id", queue);
        }
        case 3, 4 -> {
          String skill = "0C5xx%010dCAA".formatted(id);
          world.withObject("/skills").withObject("/" + skill).put("name", "Skill " + id);
          ObjectNode agent = world.withObject("/agents").withObject("/" + user(id));
          agent(agent);
          agent.putArray("skills").addObject().put("id", skill);
          name(targets, "Salesforce:Core:Skill:Id", skill);
        }
        case 5 -> {
          ObjectNode agent = world.withObject("/agents").withObject("/" + user(id));
          agent(agent);
          agent.put("online", random.nextInt(4) > 0);
          name(targets, "Baton:Agent:Id", user(id));
        }
        case 6, 7 -> {
          String queue = Org.queue(id);
          agent(
              world
                  .withObject("/queues")
                  .withObject("/" + queue)
                  .putArray("agents")
                  .addObject()
                  .put("id", user(id)));
          String flow = "300xx%010dAAA".formatted(id);
          ObjectNode scripted = world.withObject("/flows").withObject("/Route_" + id);
          scripted.put("id", flow).put("does", one("finish", "finish", "fail")).put("queue", queue);
          scripted.putArray("inputs").add("transferKey").add("subject");
          name(targets, "Salesforce:Core:Flow:Id", flow);
        }
        case 8, 9 -> {
          String other = Org.bot(100_000 + id);
          ObjectNode scripted = world.withObject("/bots").withObject("/" + other);
          scripted.put("onStart", one("greet", "escalate", "end"));
          scripted.putArray("targets");
          if (random.nextInt(3) == 0) {
            fault("bot", other, "/sessions/");
          }
          name(targets, BOT, other);
        }
        case 10 -> name(targets, DESK, "desk");
        default -> name(targets, "Acme:Pigeon:Id", "loft-" + id);
      }
    }

    private void agent(ObjectNode agent) {
      agent
          .put("does", AGENTS_DO.get(random.nextInt(AGENTS_DO.size())))
          .put("delayMs", random.nextInt(4) * 250);
    }

    private void fault(String whose, String id, String path) {
      ObjectNode rule = JSON.createObjectNode();
      rule.putObject("match")
          .put(whose, id)
          .put("path", path)
          .put("nth", 1 + random.nextInt(2))
          .put("times", 1 + random.nextInt(2));
      rule.set("then", Baton.json(refusals.get(random.nextInt(refusals.size()))));
      faults.add(rule);
    }

    private String one(String... choices) {
      return choices[random.nextInt(choices.length)];
    }

    private static String user(int id) {
      return "005xx%010dAAA".formatted(id);
    }

    private static void name(ArrayNode targets, String type, @Nullable String value) {
      targets.addObject().put("type", type).put("value", value);
    }
  }
}
