package dev.baton.autoconfigure;

import dev.baton.transfer.Strategy;
import java.net.URI;
import java.time.Duration;
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
 * @param transfer how a session is offered
 * @param conversation the conversation with the customer
 * @param library the processes that come with Baton
 * @param api the REST interface for channels
 */
@ConfigurationProperties("baton")
public record BatonProperties(
    @DefaultValue Bots bots,
    @DefaultValue Oauth oauth,
    @DefaultValue Salesforce salesforce,
    @DefaultValue Simulator simulator,
    @DefaultValue Transfer transfer,
    @DefaultValue Conversation conversation,
    @DefaultValue Library library,
    @DefaultValue Api api) {

  /**
   * The bot.
   *
   * @param baseUrl the "Runtime Base URL" of the bot's Add Connection dialog; null while no real
   *     bot is configured
   * @param apiVersion version of the Bots API, 5.0.0 to 5.3.0
   * @param orgId the org's id, 15 or 18 characters
   * @param botId the bot of conversations that name none; without it each has to name one
   * @param forceConfigEndpoint the org's My Domain URL
   */
  public record Bots(
      @Nullable URI baseUrl,
      @DefaultValue("5.3.0") String apiVersion,
      @Nullable String orgId,
      @Nullable String botId,
      @Nullable URI forceConfigEndpoint) {}

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
   * @param instanceUrl used when the token's answer does not name the org's address; null when it
   *     does
   * @param apiVersion version of the REST API
   */
  public record Salesforce(@Nullable URI instanceUrl, @DefaultValue("63.0") String apiVersion) {}

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
   * @param patience how long a round of offers may take
   * @param watchEvery the wait between two looks at open offers; each look costs two calls of the
   *     org's daily allowance, however many offers are open
   * @param afterFailure what follows when nobody takes the session
   */
  public record Transfer(
      @DefaultValue("ordered") Strategy strategy,
      @DefaultValue("5m") Duration patience,
      @DefaultValue("1s") Duration watchEvery,
      @DefaultValue("end") AfterFailure afterFailure) {}

  /** What follows when nobody takes a session. */
  public enum AfterFailure {
    /** The session is ended. */
    END,
    /** The customer goes on talking with the bot. */
    BACK_TO_BOT
  }

  /**
   * The conversation with the customer.
   *
   * @param silence how long the customer may be silent until the conversation is ended
   */
  public record Conversation(@DefaultValue("30m") Duration silence) {}

  /**
   * The processes that come with Baton.
   *
   * @param deploy whether they are deployed when the engine starts
   */
  public record Library(@DefaultValue("false") boolean deploy) {}

  /**
   * The REST interface for channels.
   *
   * @param enabled whether it is there. Off unless asked for: the application that it would appear
   *     in has to see to it that nobody calls it without credentials
   * @param answerLimit how long a request waits for the bot's answer until it is answered 202
   * @param eventStreams how many event streams one node has open at once
   * @param eventHeartbeat how long an event stream is silent at most
   */
  public record Api(
      @DefaultValue("false") boolean enabled,
      @DefaultValue("25s") Duration answerLimit,
      @DefaultValue("10000") int eventStreams,
      @DefaultValue("15s") Duration eventHeartbeat) {}

  /** Whether the simulated org stands in for a real one. */
  public boolean simulated() {
    Boolean enabled = simulator.enabled();
    return enabled == null ? bots.baseUrl() == null : enabled;
  }
}
