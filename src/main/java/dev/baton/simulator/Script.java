package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What the simulator shall do, as a value. Every member is described in docs/simulator.md; all
 * defaults that are not defaults of a list's item stand in default-script.json.
 */
record Script(
    Map<String, Bot> bots,
    Map<String, Queue> queues,
    Map<String, Person> agents,
    Map<String, Skill> skills,
    Map<String, ScriptedFlow> flows,
    List<Fault> faults,
    Sessions sessions,
    Org org,
    OAuth oauth) {

  private static final List<Target> DEMO_TARGETS =
      List.of(
          new Target("Salesforce:Core:Queue:Id", Simulator.DEMO_QUEUE_ID),
          new Target("Salesforce:Core:Skill:Id", Simulator.DEMO_SKILL_ID),
          new Target("Salesforce:Core:Flow:Id", Simulator.DEMO_FLOW_ID),
          new Target("Salesforce:Core:Bot:Id", Simulator.DEMO_SECOND_BOT_ID));

  enum OnStart {
    GREET,
    ESCALATE,
    END
  }

  enum OnSuccess {
    EMPTY_TEXT,
    NO_MESSAGES
  }

  enum OnFailure {
    TEXT,
    SESSION_ENDED,
    ESCALATE
  }

  enum Repeated {
    IDEMPOTENT,
    REJECT,
    PROCESS_AGAIN
  }

  enum WhileTransferring {
    REJECT,
    ANSWER,
    IGNORE
  }

  enum WrongCrc {
    ACCEPT,
    REJECT
  }

  enum Does {
    WAIT,
    SILENT,
    ACCEPT,
    ACCEPT_AND_CLOSE,
    ACCEPT_AFTER_WITHDRAW,
    DECLINE,
    TIME_OUT,
    GO_OFFLINE
  }

  enum AfterDecline {
    STAYS,
    GOES
  }

  enum FaultBody {
    JSON,
    HTML,
    NONE
  }

  enum Connection {
    RESET_BEFORE,
    RESET_AFTER
  }

  record Target(String type, String value) {}

  record Bot(
      String label,
      OnStart onStart,
      List<Target> targets,
      OnSuccess transferSucceeded,
      List<OnFailure> transferFailed,
      List<Target> transferFailedTargets,
      long answerDelayMs,
      List<JsonNode> extraMessages,
      List<ObjectNode> collects) {}

  record Agent(String id, String name, Does does, long delayMs) {}

  record Skill(String name) {}

  record Queue(String name, boolean routes, List<Agent> agents) {}

  /** {@code times} 0 means every time from the nth matching call on. */
  record Match(
      @Nullable String method,
      @Nullable Pattern path,
      @Nullable Pattern query,
      @Nullable String session,
      @Nullable String bot,
      @Nullable String queue,
      @Nullable Pattern body,
      long nth,
      long times) {}

  record Then(
      @Nullable Integer status,
      FaultBody body,
      @Nullable String raw,
      @Nullable String error,
      @Nullable String message,
      @Nullable String retryAfter,
      long delayMs,
      boolean processed,
      @Nullable Connection connection) {}

  record Fault(Match match, Then then) {}

  record Sessions(
      Repeated repeatedSequence,
      WhileTransferring whileTransferring,
      WrongCrc wrongCrc,
      long idleMs,
      int goneStatus) {}

  record Org(
      String id,
      @Nullable String assignmentRuleOwner,
      @Nullable String externalIdField,
      List<String> customCaseFields,
      List<String> requiredCaseFields,
      AfterDecline afterDecline,
      long queryPageSize,
      long dailyCalls,
      OrgQuirks quirks) {}

  record Refuse(String error, String description) {}

  record OAuth(
      @Nullable String clientId,
      @Nullable String clientSecret,
      @Nullable String publicKey,
      List<String> audiences,
      List<String> revoked,
      @Nullable Refuse refuse,
      long tokenSeconds) {}

  /** Who this user is, where an agent: of the list of agents, or of a queue only. */
  Optional<Person> person(String id) {
    Person listed = agents.get(id);
    if (listed != null) {
      return Optional.of(listed);
    }
    return inQueues().containsKey(id) ? Optional.of(Person.IN_A_QUEUE) : Optional.empty();
  }

  /** Who is asked under this id when no queue asks. */
  Optional<Agent> agent(String id) {
    Person listed = agents.get(id);
    return listed == null ? Optional.ofNullable(inQueues().get(id)) : Optional.of(listed.as(id));
  }

  /** All agents by id, sorted. */
  Map<String, Agent> everybody() {
    Map<String, Agent> all = new TreeMap<>(inQueues());
    agents.forEach((id, person) -> all.put(id, person.as(id)));
    return all;
  }

  private Map<String, Agent> inQueues() {
    Map<String, Agent> all = new TreeMap<>();
    queues.values().forEach(queue -> queue.agents().forEach(a -> all.putIfAbsent(a.id(), a)));
    return all;
  }

  static Script read(JsonNode json) {
    StrictObject root = StrictObject.of(json, "");
    Map<String, Person> agents = root.map("agents", Person::read);
    Script script =
        new Script(
            root.map("bots", Script::bot),
            root.map("queues", in -> queue(in, agents)),
            agents,
            root.map("skills", in -> new Skill(in.text("name", "Skill"))),
            root.map("flows", ScriptedFlow::read),
            root.list("faults", List.of(), Script::fault),
            root.object("sessions", Script::sessions),
            root.object("org", Script::org),
            root.object("oauth", Script::oauth));
    root.end();
    script.bots.keySet().forEach(id -> checkId("bots", id, "0Xx"));
    script.queues.keySet().forEach(id -> checkId("queues", id, "00G"));
    script.agents.keySet().forEach(id -> checkId("agents", id, "005"));
    script.skills.keySet().forEach(id -> checkId("skills", id, "0C5"));
    return script;
  }

  private static Bot bot(StrictObject in) {
    List<Target> targets = in.list("targets", DEMO_TARGETS, Script::target);
    return new Bot(
        in.text("label", "Bot"),
        in.oneOf("onStart", OnStart.class, OnStart.GREET),
        targets,
        in.oneOf("transferSucceeded", OnSuccess.class, OnSuccess.EMPTY_TEXT),
        in.listOf("transferFailed", OnFailure.class, List.of(OnFailure.TEXT)),
        in.list("transferFailedTargets", targets, Script::target),
        in.notNegative("answerDelayMs", 0),
        in.list("extraMessages", List.of(), JsonNode::deepCopy),
        in.list("collects", List.of(), BotRequest::variable));
  }

  private static Target target(JsonNode item) {
    StrictObject in = StrictObject.of(item, "targets[]");
    Target target = new Target(in.text("type"), in.text("value"));
    in.end();
    return target;
  }

  private static Queue queue(StrictObject in, Map<String, Person> known) {
    return new Queue(
        in.text("name", "Queue"),
        in.flag("routes", true),
        in.list("agents", List.of(), item -> agent(item, known)));
  }

  private static Agent agent(JsonNode item, Map<String, Person> known) {
    StrictObject in = StrictObject.of(item, "agents[]");
    String id = checkId("agents[].id", in.text("id"), "005");
    Person usual = known.getOrDefault(id, Person.IN_A_QUEUE);
    Agent agent =
        new Agent(
            id,
            in.text("name", usual.name()),
            in.oneOf("does", Does.class, usual.does()),
            in.notNegative("delayMs", usual.delayMs()));
    in.end();
    return agent;
  }

  private static Fault fault(JsonNode item) {
    StrictObject in = StrictObject.of(item, "faults[]");
    Match match = in.optionalObject("match", Script::match);
    Fault fault =
        new Fault(
            match == null ? new Match(null, null, null, null, null, null, null, 1, 1) : match,
            in.object("then", Script::then));
    in.end();
    return fault;
  }

  private static Match match(StrictObject in) {
    long nth = in.number("nth", 1);
    if (nth < 1) {
      throw in.wrong("nth", "1 or more");
    }
    return new Match(
        in.optionalText("method"),
        pattern(in, "path"),
        pattern(in, "query"),
        in.optionalText("session"),
        in.optionalText("bot"),
        in.optionalText("queue"),
        pattern(in, "body"),
        nth,
        in.notNegative("times", 1));
  }

  private static Then then(StrictObject in) {
    Long status = in.optionalNumber("status");
    if (status != null && status != 200 && status != 204 && (status < 400 || status > 599)) {
      throw in.wrong("status", "200, 204, or from 400 to 599");
    }
    Then then =
        new Then(
            status == null ? null : status.intValue(),
            in.oneOf("body", FaultBody.class, FaultBody.JSON),
            in.optionalText("raw"),
            in.optionalText("error"),
            in.optionalText("message"),
            in.optionalText("retryAfter"),
            in.notNegative("delayMs", 0),
            in.flag("processed", false),
            in.optionalOneOf("connection", Connection.class));
    if (then.status != null && then.connection != null) {
      throw in.wrong("connection", "left out where there is a status");
    }
    return then;
  }

  private static Sessions sessions(StrictObject in) {
    long gone = in.number("goneStatus", 404);
    if (gone != 404 && gone != 410) {
      throw in.wrong("goneStatus", "404 or 410");
    }
    return new Sessions(
        in.oneOf("repeatedSequence", Repeated.class, Repeated.IDEMPOTENT),
        in.oneOf("whileTransferring", WhileTransferring.class, WhileTransferring.REJECT),
        in.oneOf("wrongCrc", WrongCrc.class, WrongCrc.ACCEPT),
        in.notNegative("idleMs", 259_200_000),
        (int) gone);
  }

  private static Org org(StrictObject in) {
    long page = in.number("queryPageSize", 2000);
    if (page < 1) {
      throw in.wrong("queryPageSize", "1 or more");
    }
    String ruleOwner = in.optionalText("assignmentRuleOwner");
    return new Org(
        checkId("org.id", in.text("id"), "00D"),
        ruleOwner == null ? null : checkId("org.assignmentRuleOwner", ruleOwner, "00"),
        in.optionalText("externalIdField"),
        in.texts("customCaseFields"),
        in.texts("requiredCaseFields"),
        in.oneOf("afterDecline", AfterDecline.class, AfterDecline.STAYS),
        page,
        in.notNegative("dailyCalls", 15_000),
        OrgQuirks.read(in));
  }

  private static OAuth oauth(StrictObject in) {
    return new OAuth(
        in.optionalText("clientId"),
        in.optionalText("clientSecret"),
        in.optionalText("publicKey"),
        in.texts("audiences"),
        in.texts("revoked"),
        in.optionalObject(
            "refuse", r -> new Refuse(r.text("error"), r.text("description", "refused by script"))),
        in.notNegative("tokenSeconds", 7200));
  }

  private static @Nullable Pattern pattern(StrictObject in, String name) {
    String text = in.optionalText(name);
    try {
      return text == null ? null : Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw in.wrong(name, "a regular expression: " + e.getDescription());
    }
  }

  static String checkId(String where, String id, String prefix) {
    if (id.length() != 18 || Ids.normalise(id).isEmpty() || !id.startsWith(prefix)) {
      throw new BadJson(
          where + ": " + id + " is no Salesforce id of 18 characters that starts with " + prefix);
    }
    return id;
  }
}
