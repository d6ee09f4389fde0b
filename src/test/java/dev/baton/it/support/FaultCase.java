package dev.baton.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One conversation in which one call meets one fault.
 *
 * @param n its number, from which its bot, its queue and their agent have their ids
 */
public record FaultCase(int n, Remote remote, Fault fault, boolean always, boolean accepted) {

  /** A fault, as the simulator's script has it. */
  public record Fault(String name, String then) {}

  /**
   * A call that conversations make.
   *
   * @param match what the simulator knows it by
   * @param whose the bot or the queue to which the fault is bound; null for a call that is made for
   *     all conversations together
   * @param onlyIfAccepted on which path it is made; null for both
   * @param before the match of another call whose answer is lost first, or this one is not made
   */
  public record Remote(
      String name,
      String match,
      @Nullable String whose,
      @Nullable Boolean onlyIfAccepted,
      @Nullable String before) {

    /** The calls of a conversation whose session is offered to one queue. */
    public static List<Remote> all() {
      String create = "{'method':'POST','path':'/sobjects/Case$'}";
      String comment = "{'method':'POST','path':'/CaseComment$'}";
      return List.of(
          new Remote("fetch a token", "{'path':'/oauth2/token$'}", null, null, null),
          new Remote("start the session", "{'path':'/sessions$'}", "bot", null, null),
          new Remote(
              "send the customer's message",
              "{'path':'/messages$','body':'Transfer To Agent'}",
              "bot",
              null,
              null),
          new Remote("look at the queue", "{'query':'FROM Group'}", "queue", null, null),
          new Remote("make the Case", create, "queue", null, null),
          new Remote(
              "look for a Case in doubt", "{'query':'FROM Case WHERE'}", "queue", null, create),
          new Remote(
              "see who waits",
              "{'query':'FROM PendingServiceRouting WHERE WorkItemId'}",
              null,
              null,
              null),
          new Remote(
              "see who took it", "{'query':'FROM AgentWork WHERE WorkItemId'}", null, null, null),
          new Remote(
              "report the success",
              "{'path':'/messages$','body':'transferSucceeded'}",
              "bot",
              true,
              null),
          new Remote("pass on what was typed", comment, "queue", true, null),
          new Remote(
              "look for a comment in doubt",
              "{'query':'FROM CaseComment'}",
              "queue",
              true,
              comment),
          new Remote(
              "see who took it, to withdraw",
              "{'query':'FROM AgentWork WHERE WorkItemId'}",
              "queue",
              false,
              null),
          new Remote(
              "close the Case",
              "{'method':'PATCH','path':'/sobjects/Case/'}",
              "queue",
              false,
              null),
          new Remote(
              "report the failure",
              "{'path':'/messages$','body':'transferFailed'}",
              "bot",
              false,
              null),
          new Remote(
              "end the session", "{'method':'DELETE','path':'/sessions/'}", "bot", null, null));
    }
  }

  /** Every kind of fault that the simulator has. */
  public static List<Fault> faults() {
    List<Fault> faults = new ArrayList<>();
    for (int status : new int[] {401, 422, 423, 429, 500, 503}) {
      for (String body : List.of("json", "html", "none")) {
        faults.add(
            new Fault(status + " " + body, "{'status':%d,'body':'%s'}".formatted(status, body)));
      }
    }
    for (int status : new int[] {400, 403, 404}) {
      faults.add(new Fault(String.valueOf(status), "{'status':%d}".formatted(status)));
    }
    faults.add(new Fault("503 after processing", "{'status':503,'processed':true}"));
    faults.add(new Fault("200 html", "{'status':200,'body':'html'}"));
    faults.add(new Fault("reset before processing", "{'connection':'reset-before'}"));
    faults.add(new Fault("reset after processing", "{'connection':'reset-after'}"));
    faults.add(new Fault("late", "{'delayMs':300}"));
    return faults;
  }

  /** The whole product. */
  public static List<FaultCase> all() {
    List<FaultCase> all = new ArrayList<>();
    for (Remote remote : Remote.all()) {
      for (Fault fault : faults()) {
        for (boolean always : new boolean[] {false, true}) {
          for (boolean accepted : new boolean[] {true, false}) {
            if (remote.onlyIfAccepted == null || remote.onlyIfAccepted == accepted) {
              all.add(new FaultCase(100 + all.size(), remote, fault, always, accepted));
            }
          }
        }
      }
    }
    return all;
  }

  /**
   * Whether it is one of the looks at all open offers. No look knows of another: of a fault that
   * lasts, three in a row show all there is to be seen.
   */
  public boolean isLook() {
    return remote.whose == null && remote.match.contains("query");
  }

  public String key() {
    return "fault-" + n;
  }

  public String bot() {
    return Org.bot(n);
  }

  public String queue() {
    return Org.queue(n);
  }

  public String agent() {
    return "005" + queue().substring(3, 15) + "AAA";
  }

  /** The rules of the script that bring the fault about. */
  public List<JsonNode> rules() {
    List<JsonNode> rules = new ArrayList<>();
    String before = remote.before;
    if (before != null) {
      rules.add(rule(bound(before, "queue"), "{'connection':'reset-after'}"));
    }
    String whose = remote.whose;
    ObjectNode match = whose == null ? json(remote.match) : bound(remote.match, whose);
    rules.add(rule(match.put("times", always ? (isLook() ? 3 : 0) : 1), fault.then));
    return rules;
  }

  private ObjectNode bound(String match, String whose) {
    return json(match).put(whose, whose.equals("bot") ? bot() : queue());
  }

  private static JsonNode rule(ObjectNode match, String then) {
    ObjectNode rule = Baton.object();
    rule.set("match", match);
    return rule.set("then", json(then));
  }

  private static ObjectNode json(String text) {
    return (ObjectNode) Baton.json(text.replace('\'', '"'));
  }

  /** A script with the bots, queues and faults of some cases. */
  public static String script(List<FaultCase> cases) {
    ObjectNode script = Baton.object();
    script.put("reset", true);
    script.withObject("/org").put("afterDecline", "goes");
    ArrayNode faults = script.putArray("faults");
    cases.forEach(one -> one.addTo(script));
    // A fault that hits all of them is there once.
    cases.stream().flatMap(one -> one.rules().stream()).distinct().forEach(faults::add);
    return script.toString();
  }

  /** Adds the case's bot and queue, whose agent waits for a word. */
  public void addTo(ObjectNode script) {
    script
        .withObject("/bots")
        .withObject("/" + bot())
        .putArray("targets")
        .addObject()
        .put("type", "Salesforce:Core:Queue:Id")
        .put("value", queue());
    script
        .withObject("/queues")
        .withObject("/" + queue())
        .putArray("agents")
        .addObject()
        .put("id", agent())
        .put("does", "wait");
  }

  @Override
  public String toString() {
    return "%s at '%s', %s, %s"
        .formatted(
            fault.name,
            remote.name,
            always ? "as long as it lasts" : "once",
            accepted ? "somebody accepts" : "nobody takes it");
  }
}
