package dev.baton.autoconfigure;

import dev.baton.transfer.Redaction;
import dev.baton.transfer.Strategy;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings below {@code baton}. {@link BatonPropertiesCheck} stops the start when they cannot
 * work together, so whoever gets them may rely on what it says. No {@code toString} shows a secret.
 *
 * @param bots the bot
 * @param oauth how to get a token of the org
 * @param salesforce the org's REST API
 * @param simulator the simulated org
 * @param targets to whom a session is offered
 * @param transfer how a session is offered
 * @param outage bots and targets that are down
 * @param conversation the conversation with the customer
 * @param library the processes that come with Baton
 * @param api the REST interface for channels
 * @param health what is said to those who ask how this node is
 */
@ConfigurationProperties("baton")
public record BatonProperties(
    @DefaultValue Bots bots,
    @DefaultValue Oauth oauth,
    @DefaultValue Salesforce salesforce,
    @DefaultValue Simulator simulator,
    @DefaultValue Targets targets,
    @DefaultValue Transfer transfer,
    @DefaultValue Outage outage,
    @DefaultValue Conversation conversation,
    @DefaultValue Library library,
    @DefaultValue Api api,
    @DefaultValue Health health) {

  /**
   * The bot.
   *
   * @param baseUrl the "Runtime Base URL" of the bot's Add Connection dialog; null while no real
   *     bot is configured
   * @param apiVersion version of the Bots API, 5.0.0 to 5.3.0
   * @param orgId the org's id, 15 or 18 characters
   * @param botId the bot of conversations that name none; without it each has to name one
   * @param forceConfigEndpoint the org's My Domain URL
   * @param callsAtOnce how many calls to one bot, or to one webhook, a node has under way at most;
   *     the others wait for their turn
   */
  public record Bots(
      @Nullable URI baseUrl,
      @DefaultValue("5.3.0") String apiVersion,
      @Nullable String orgId,
      @Nullable String botId,
      @Nullable URI forceConfigEndpoint,
      @DefaultValue("100") int callsAtOnce) {}

  /**
   * How to get a token of the org. Which of the others are needed depends on the grant.
   *
   * @param grant the way; null while no real bot is configured
   * @param loginUrl where tokens are asked for; for {@code jwt-bearer} the common login host when
   *     null, for {@code client-credentials} the My Domain URL
   * @param clientId the connected app's consumer key
   * @param clientSecret the connected app's consumer secret, for {@code client-credentials}
   * @param username the pre-authorised user, for {@code jwt-bearer}
   * @param privateKey for {@code jwt-bearer}, the key whose certificate the connected app has: the
   *     text of a PEM file (PKCS#8, not encrypted), or {@code file:} and the file's path
   * @param token a token that somebody else looks after, for {@code token}
   */
  public record Oauth(
      @Nullable GrantType grant,
      @Nullable URI loginUrl,
      @Nullable String clientId,
      @Nullable String clientSecret,
      @Nullable String username,
      @Nullable String privateKey,
      @Nullable String token) {

    @Override
    public String toString() {
      return "Oauth[grant=" + grant + ", loginUrl=" + loginUrl + ", username=" + username + "]";
    }
  }

  /** A way to get a token. */
  public enum GrantType {
    /** A connected app with a certificate, acting for a pre-authorised user. */
    JWT_BEARER,
    /** A connected app with a secret and a run-as user. */
    CLIENT_CREDENTIALS,
    /** A token that is given; it is never renewed. */
    TOKEN
  }

  /**
   * The org's REST API.
   *
   * @param instanceUrl used when the token's answer does not name the org's address; without it the
   *     My Domain URL, which is the bots' force-config endpoint
   * @param apiVersion version of the REST API
   * @param serviceChannelId id of the Omni-Channel service channel for Case, for skills and agents;
   *     looked up when null
   * @param caseKeyField API name of a unique External ID field of Case, text of 200 characters:
   *     with it a queue's Case is created once, whatever happens to the answer. Null without one
   * @param caseHandoverField API name of a long text area of Case that gets the whole handover as
   *     JSON; null without one
   * @param callsAtOnce how many calls to the org a node has under way at most: Salesforce allows 25
   *     long ones
   * @param callsPerSecond how many calls to the org a node begins within a second
   */
  public record Salesforce(
      @Nullable URI instanceUrl,
      @DefaultValue("63.0") String apiVersion,
      @Nullable String serviceChannelId,
      @Nullable String caseKeyField,
      @Nullable String caseHandoverField,
      @DefaultValue("20") int callsAtOnce,
      @DefaultValue("100") int callsPerSecond) {}

  /**
   * To whom a session is offered. A target of a type that is not served ends as unsupported, which
   * the bot hears as an error, and the next one is asked.
   *
   * @param enabled the types of targets of the org that are served, {@code queue}, {@code skill},
   *     {@code agent}, {@code flow}, {@code bot}: what the org is set up for. Webhooks are served
   *     as soon as one is configured
   * @param agent targets that are one agent
   * @param flow flows that are not called by what they declare themselves; the names only tell them
   *     apart
   * @param webhook services outside of Salesforce, by the name that a target has as its value
   * @param redact what targets of a type do not get to know: {@code transcript}, {@code variables},
   *     {@code summary}
   */
  public record Targets(
      @DefaultValue("queue") Set<TargetType> enabled,
      @DefaultValue Agent agent,
      @DefaultValue Map<String, Flow> flow,
      @DefaultValue Map<String, Webhook> webhook,
      @DefaultValue Map<TargetType, Set<Redaction.Part>> redact) {}

  /** A type of targets. */
  public enum TargetType {
    QUEUE,
    SKILL,
    AGENT,
    FLOW,
    BOT,
    WEBHOOK
  }

  /**
   * Targets that are one agent ({@code Baton:Agent:Id}, value a user's id).
   *
   * @param routing how a conversation gets to the agent
   */
  public record Agent(@DefaultValue("preferred-user") Routing routing) {}

  /** How a conversation gets to one agent. */
  public enum Routing {
    /** By Omni-Channel, as a required preferred user; needs Direct-to-Agent Routing. */
    PREFERRED_USER,
    /** By Baton, on a service channel that nobody else routes. */
    EXTERNAL
  }

  /**
   * A flow.
   *
   * @param id as the bot's targets name it: the definition's (300) or a version's (301), 15 or 18
   *     characters
   * @param apiName with its namespace, {@code ns__Name}; looked up by the id when null. It may be
   *     another flow's, such as an autolaunched one around the Omni-Channel flow that is named
   * @param inputs by the flow's input variable, what it gets: {@code conversationKey}, {@code
   *     sessionId}, {@code transferKey}, {@code botId}, {@code summary}, {@code transcript}, {@code
   *     handover}, {@code variable:Name} or {@code text:words}. When there is none, those of the
   *     first seven that the flow has an input variable for. Names with other characters than
   *     letters and digits are put in brackets: {@code inputs.[My_Input]}
   * @param workItemOutput the output variable that names the record whose acceptance is awaited
   */
  public record Flow(
      @Nullable String id,
      @Nullable String apiName,
      @DefaultValue Map<String, String> inputs,
      @DefaultValue("workItemId") String workItemOutput) {}

  /**
   * A service outside of Salesforce ({@code Baton:Webhook}).
   *
   * @param url where it is asked
   * @param secret what both sides sign with, at least 16 characters
   */
  public record Webhook(@Nullable URI url, @Nullable String secret) {

    @Override
    public String toString() {
      return "Webhook[url=" + url + "]";
    }
  }

  /**
   * The simulated org.
   *
   * @param enabled null for "when no real bot is configured"
   * @param port on loopback; 0 for any free one
   */
  public record Simulator(@Nullable Boolean enabled, @DefaultValue("8089") int port) {}

  /**
   * How a session is offered.
   *
   * @param strategy one target after the other, or all at once
   * @param deadline how long the customer waits at most for a person, from the bot's escalate on:
   *     by then the bot is answered, one way or the other
   * @param reserve what of that no target gets: it is for taking offers back and telling the bot.
   *     At most a quarter of the deadline is taken
   * @param patience how long a round of offers takes at most; less where several rounds share the
   *     deadline
   * @param watchEvery the wait between two looks at open offers; each look costs two calls of the
   *     org's daily allowance, however many offers are open
   * @param afterFailure what follows when nobody takes the session
   * @param maxBots how many bots a conversation may be with, one after the other
   * @param variables what the bot is told before it hears that nobody takes the session
   */
  public record Transfer(
      @DefaultValue("ordered") Strategy strategy,
      @DefaultValue("10m") Duration deadline,
      @DefaultValue("20s") Duration reserve,
      @DefaultValue("5m") Duration patience,
      @DefaultValue("1s") Duration watchEvery,
      @DefaultValue("end") AfterFailure afterFailure,
      @DefaultValue("3") int maxBots,
      @DefaultValue FailureVariables variables) {}

  /**
   * The names of the bot's variables that are set before the bot hears that nobody takes the
   * session, so that its dialog can say why. The bot must have them; one without a name is not set.
   *
   * @param outcome text: the outcome of the target that was tried last, such as {@code declined}
   * @param tried number: how many targets were tried
   * @param opensAt date and time: when somebody will be there again, as the routing policy says
   */
  public record FailureVariables(
      @Nullable String outcome, @Nullable String tried, @Nullable String opensAt) {

    boolean any() {
      return outcome != null || tried != null || opensAt != null;
    }
  }

  /** What follows when nobody takes a session. */
  public enum AfterFailure {
    /** The session is ended. */
    END,
    /** The customer goes on talking with the bot. */
    BACK_TO_BOT
  }

  /**
   * Bots and targets that are down. What is for them waits, and is no incident.
   *
   * @param calls of so many calls, the last ones to one system, four of five have failed when it
   *     counts as down
   * @param probeEvery how often a system that is down is asked whether it answers again
   * @param drainPerSecond how much of what waited is let go a second once it does
   */
  public record Outage(
      @DefaultValue("10") int calls,
      @DefaultValue("10s") Duration probeEvery,
      @DefaultValue("5") int drainPerSecond) {}

  /**
   * The conversation with the customer.
   *
   * @param silence how long the customer may be silent until the conversation is ended
   * @param keep how long it is kept once its process is over
   */
  public record Conversation(
      @DefaultValue("30m") Duration silence, @DefaultValue("30d") Duration keep) {}

  /**
   * The processes that come with Baton.
   *
   * @param deploy whether they are deployed when the engine starts
   */
  public record Library(@DefaultValue("false") boolean deploy) {}

  /**
   * The REST interface for channels.
   *
   * @param enabled whether it is there
   * @param allowAnonymous whether callers need no authentication at all. They then have every
   *     right; of no effect in Baton's own application, which authenticates every caller
   * @param answerLimit how long a request waits for the bot's answer until it is answered 202
   * @param eventStreams how many event streams one node has open at once
   * @param eventHeartbeat how long an event stream is silent at most
   */
  public record Api(
      @DefaultValue("false") boolean enabled,
      @DefaultValue("false") boolean allowAnonymous,
      @DefaultValue("25s") Duration answerLimit,
      @DefaultValue("10000") int eventStreams,
      @DefaultValue("15s") Duration eventHeartbeat) {}

  /**
   * What is said to those who ask how this node is.
   *
   * @param drain how long a node that is told to stop goes on as before and says that it is not
   *     ready, so that a load balancer turns to the others before requests are refused here
   */
  public record Health(@DefaultValue("0s") Duration drain) {}

  /** Whether the simulated org stands in for a real one. */
  public boolean simulated() {
    Boolean enabled = simulator.enabled();
    return enabled == null ? bots.baseUrl() == null : enabled;
  }
}
