package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.util.List;

/**
 * A fake Salesforce on 127.0.0.1: the Bots API 5.0 to 5.3 with the demo bot of Salesforce's guide,
 * the token endpoint, and the REST API of an org with a queue, a skill, an agent and flows. What it
 * does is directed over HTTP under {@code /simulator/}; see docs/simulator.md. Thread-safe. For
 * trial runs and tests only.
 */
public final class Simulator implements AutoCloseable {

  /** The bot that is there from the start. */
  public static final String DEMO_BOT_ID = "0XxSB00000006rp0AA";

  /** A second bot, which is the last target of the demo bot's escalate message. */
  public static final String DEMO_SECOND_BOT_ID = "0Xxxx0000000001CAA";

  /** The queue that is there from the start; its one agent waits for a person's word. */
  public static final String DEMO_QUEUE_ID = "00Gxx0000012345EAA";

  public static final String DEMO_SKILL_ID = "0C5xx0000000001CAA";
  public static final String DEMO_FLOW_ID = "300xx0000000001AAA";
  public static final String DEMO_AGENT_ID = "005xx0000000001AAA";

  /** A flow that only Omni-Channel starts, not the REST API. */
  public static final String DEMO_ROUTING_FLOW_ID = "300xx0000000002AAA";

  /** An autolaunched flow that tells who is online and how many wait. */
  public static final String DEMO_AVAILABILITY_FLOW = "Baton_Check_Availability";

  /** The service channel of cases. */
  public static final String CASE_CHANNEL_ID = "0N9xx0000000001CAA";

  /** A routing configuration, as skillsBasedRouting wants one. */
  public static final String ROUTING_CONFIG_ID = "0K9xx0000000001CAA";

  /** A presence status that takes cases. */
  public static final String AVAILABLE_STATUS_ID = "0N5xx0000000001CAA";

  /** A presence status that takes none. */
  public static final String BUSY_STATUS_ID = "0N5xx0000000002CAA";

  /** The only org, unless the script names another. */
  public static final String ORG_ID = "00Dxx0000006GprEAE";

  /** A token that is good without having been issued. */
  public static final String TOKEN = "simulator-token";

  static final String USER_ID = "005xx0000000999AAA";
  static final String BOT_VERSION_ID = "0X9SB00000006wf0AA";

  static {
    // Read once when the server class loads. Without nodelay every answer waits for a delayed ACK;
    // the limits keep a client's pooled connections from being closed under it.
    defaultProperty("sun.net.httpserver.nodelay", "true");
    defaultProperty("sun.net.httpserver.maxIdleConnections", "10000");
    defaultProperty("sun.net.httpserver.idleInterval", "300");
  }

  private final HttpFront front;
  private final Alarm alarm;
  private final Journal journal;
  private final AdminEndpoint admin;
  private final URI baseUrl;

  private Simulator(int port) throws IOException {
    ScriptBook script = new ScriptBook();
    Clock clock = Clock.systemUTC();
    alarm = new Alarm();
    journal = new Journal();
    front = new HttpFront(port, alarm, journal);
    baseUrl = URI.create("http://127.0.0.1:" + front.port());
    Tokens tokens = new Tokens(script, clock);
    SimulatedOrg org = new SimulatedOrg(script, alarm);
    BotSessions sessions = new BotSessions(script, baseUrl, clock);
    Faults faults = new Faults(sessions, org);
    admin = new AdminEndpoint(script, faults, journal, org, sessions, tokens);
    OAuthEndpoint oauth = new OAuthEndpoint(script, tokens, baseUrl, clock);
    front.open(
        List.of(
            oauth,
            new IntrospectionEndpoint(script, tokens, oauth),
            new OrgEndpoint(script, tokens, faults, org),
            new BotsEndpoint(script, tokens, sessions, clock)),
        faults,
        admin::handle);
  }

  /**
   * Starts a simulator with the default script.
   *
   * @param port 0 for any free one
   * @throws UncheckedIOException when the port cannot be had
   */
  public static Simulator start(int port) {
    try {
      return new Simulator(port);
    } catch (IOException e) {
      throw new UncheckedIOException("The simulator cannot listen on port " + port, e);
    }
  }

  /** Without a trailing slash: base of the Bots API, login URL and instance URL alike. */
  public URI baseUrl() {
    return baseUrl;
  }

  /**
   * The same as {@code PUT /simulator/script}.
   *
   * @throws IllegalArgumentException when the result would be no script; the one in force then
   *     stays
   */
  public void script(String json) {
    try {
      admin.change(json);
    } catch (BadJson e) {
      throw new IllegalArgumentException(e.words(), e);
    }
  }

  /** The same as {@code GET /simulator/journal}; a copy. */
  public ArrayNode journal() {
    return journal.json();
  }

  /**
   * Sends all delayed answers now, so that a test need not wait for a delay to pass.
   *
   * @return how many
   */
  public int release() {
    return front.release();
  }

  @Override
  public void close() {
    front.close();
    alarm.close();
  }

  /** Runs a simulator until the process ends. The one argument is the port, 8089 without it. */
  public static void main(String[] args) {
    Simulator simulator = start(args.length == 0 ? 8089 : Integer.parseInt(args[0]));
    System.out.println("Simulated Salesforce at " + simulator.baseUrl());
  }

  private static void defaultProperty(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
