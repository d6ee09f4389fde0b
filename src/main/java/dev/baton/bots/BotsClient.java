package dev.baton.bots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.BotsException.Report;
import dev.baton.http.HttpAnswer;
import dev.baton.http.HttpCall;
import dev.baton.http.HttpCaller;
import dev.baton.http.NoAnswerException;
import dev.baton.oauth.AccessToken;
import dev.baton.oauth.OAuthException;
import dev.baton.oauth.TokenSource;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Client of the Einstein Bots API, 5.0 to 5.3.
 *
 * <p>Thread-safe; no call blocks. Futures fail with a {@link BotsException} (itself, not wrapped,
 * as seen by {@code whenComplete} on this future) and complete on an I/O thread. Nothing is tried
 * twice but a call refused with 401, once, with a new token. The server takes one call per session
 * at a time: keeping to that is the caller's part.
 */
public final class BotsClient {

  /** It is kept with the conversation. */
  private static final int LONGEST_CRC = 4000;

  private final BotsSettings settings;
  private final HttpCaller http;
  private final TokenSource tokens;
  private final String baseUrl;

  public BotsClient(BotsSettings settings, HttpCaller http, TokenSource tokens) {
    this.settings = settings;
    this.http = http;
    this.tokens = tokens;
    this.baseUrl = settings.baseUrl().toString().replaceAll("/+$", "");
  }

  public CompletableFuture<BotAnswer> start(StartSession start, UUID requestId) {
    Call call =
        new Call(
            "POST",
            versioned("/bots/" + encode(start.botId()) + "/sessions"),
            Map.of(),
            Requests.start(start, settings),
            requestId,
            false);
    return settle(
        call,
        authorized(call),
        answer -> {
          BotAnswer started = botAnswer(call, answer);
          if (started.sessionId() == null) {
            throw unreadable(call, answer, "no session id");
          }
          return started;
        });
  }

  /**
   * Fails with {@link BotsException.Rejected}, unsent, if the version does not know the message.
   */
  public CompletableFuture<BotAnswer> send(
      SessionRef session, SessionMessage message, UUID requestId) {
    if (message instanceof SessionMessage.SetVariables && !settings.version().takesSetVariables) {
      return CompletableFuture.failedFuture(
          new BotsException.Rejected(
              new Report("setVariables needs API 5.2 or later", requestId, null)));
    }
    Call call =
        new Call(
            "POST",
            versioned("/sessions/" + encode(session.sessionId()) + "/messages"),
            crc(session),
            Requests.message(message, settings),
            requestId,
            true);
    return settle(call, authorized(call), answer -> botAnswer(call, answer));
  }

  public CompletableFuture<BotAnswer> end(SessionRef session, EndReason reason, UUID requestId) {
    Map<String, String> headers = new HashMap<>(crc(session));
    headers.put("X-Session-End-Reason", reason.wire);
    Call call =
        new Call(
            "DELETE",
            versioned("/sessions/" + encode(session.sessionId())),
            headers,
            null,
            requestId,
            true);
    return settle(call, authorized(call), answer -> botAnswer(call, answer));
  }

  /** Whether the server says it is up. Needs no token. */
  public CompletableFuture<Boolean> status() {
    Call call = new Call("GET", "/status", Map.of(), null, null, false);
    return settle(
        call, open(call), answer -> "UP".equals(Json.text(object(call, answer), "status")));
  }

  /** The versions the server offers. Needs no token. */
  public CompletableFuture<List<OfferedVersion>> versions() {
    Call call = new Call("GET", "/versions", Map.of(), null, null, false);
    return settle(
        call,
        open(call),
        answer ->
            Json.list(
                object(call, answer).path("versions"),
                version ->
                    new OfferedVersion(
                        Json.text(version, "versionNumber"), Json.text(version, "status"))));
  }

  private record Call(
      String method,
      String path,
      Map<String, String> headers,
      @Nullable ObjectNode body,
      @Nullable UUID requestId,
      boolean inSession) {

    String label() {
      return requestId == null ? "" : ", request " + requestId;
    }
  }

  private CompletableFuture<HttpAnswer> authorized(Call call) {
    return tokens
        .token()
        .thenCompose(
            token ->
                send(call, token)
                    .thenCompose(
                        answer ->
                            answer.status() == 401 ? renewed(call, token, answer) : done(answer)));
  }

  private CompletableFuture<HttpAnswer> renewed(Call call, AccessToken refused, HttpAnswer answer) {
    tokens.reject(refused);
    return tokens
        .token()
        .thenCompose(
            token -> token.value().equals(refused.value()) ? done(answer) : send(call, token));
  }

  private CompletableFuture<HttpAnswer> send(Call call, AccessToken token) {
    String orgId = settings.orgId() == null ? token.orgId() : settings.orgId();
    if (orgId == null) {
      throw new BotsException.Rejected(
          new Report("no org id: the token answer names none, so set it", call.requestId(), null));
    }
    Map<String, String> headers = new HashMap<>(call.headers());
    headers.put("Authorization", "Bearer " + token.value());
    headers.put("X-Org-Id", orgId);
    headers.put("X-Request-ID", String.valueOf(call.requestId()));
    return send(call, headers);
  }

  private CompletableFuture<HttpAnswer> open(Call call) {
    return send(call, new HashMap<>(call.headers()));
  }

  private CompletableFuture<HttpAnswer> send(Call call, Map<String, String> headers) {
    headers.put("Accept", "application/json");
    byte[] body = null;
    if (call.body() != null) {
      headers.put("Content-Type", "application/json");
      body = Json.bytes(call.body());
    }
    return http.send(new HttpCall(call.method(), URI.create(baseUrl + call.path()), headers, body));
  }

  /** Turns the end of an exchange, whatever it is, into a value or a BotsException. */
  @SuppressWarnings("FutureReturnValueIgnored") // all goes to the result
  private static <T> CompletableFuture<T> settle(
      Call call, CompletableFuture<HttpAnswer> exchange, Function<HttpAnswer, T> read) {
    CompletableFuture<T> result = new CompletableFuture<>();
    exchange.whenComplete(
        (answer, failure) -> {
          try {
            if (answer == null) {
              throw fault(call, failure);
            }
            if (answer.status() / 100 != 2) {
              throw BotsException.ofStatus(
                  Reports.of(answer, call.requestId(), call.body()), call.inSession());
            }
            result.complete(read.apply(answer));
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private static RuntimeException fault(Call call, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof NoAnswerException none) {
      return new BotsException.NoAnswer(
          new Report(none.getMessage() + call.label(), call.requestId(), none), none);
    }
    if (cause instanceof OAuthException none) {
      return new BotsException.NoToken(
          new Report("no token" + call.label() + ": " + none.getMessage(), call.requestId(), none),
          none);
    }
    return cause instanceof RuntimeException other ? other : new IllegalStateException(cause);
  }

  /** An empty body is an answer without messages: what was sent has arrived, nothing came back. */
  private static BotAnswer botAnswer(Call call, HttpAnswer answer) {
    ObjectNode json = answer.body().length == 0 ? Json.object() : object(call, answer);
    String crc = answer.headers().get("X-Runtime-CRC");
    BotAnswer read = BotAnswer.read(json, crc == null || crc.length() > LONGEST_CRC ? null : crc);
    read.excess()
        .ifPresent(
            excess -> {
              throw unreadable(call, answer, excess);
            });
    return read;
  }

  private static ObjectNode object(Call call, HttpAnswer answer) {
    ObjectNode json = Json.parse(answer.body());
    if (json == null) {
      throw unreadable(call, answer, "the body is no JSON object");
    }
    return json;
  }

  private static BotsException unreadable(Call call, HttpAnswer answer, String what) {
    return new BotsException.Unreadable(
        new Report(
            "HTTP " + answer.status() + call.label() + ", but " + what,
            answer.status(),
            call.requestId(),
            null,
            null),
        call.method().equals("DELETE"));
  }

  private static Map<String, String> crc(SessionRef session) {
    return session.runtimeCrc() == null ? Map.of() : Map.of("X-Runtime-CRC", session.runtimeCrc());
  }

  private String versioned(String path) {
    return "/" + settings.version().pathSegment + path;
  }

  private static CompletableFuture<HttpAnswer> done(HttpAnswer answer) {
    return CompletableFuture.completedFuture(answer);
  }

  private static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
