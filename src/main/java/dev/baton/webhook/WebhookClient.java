package dev.baton.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.http.Gate;
import dev.baton.http.HttpAnswer;
import dev.baton.http.HttpCall;
import dev.baton.http.HttpCaller;
import dev.baton.http.NoAnswerException;
import dev.baton.http.NotTriedException;
import dev.baton.http.RemoteJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends signed JSON to one webhook and reads its answers. Thread-safe. */
final class WebhookClient {

  private static final ObjectMapper JSON = new ObjectMapper(RemoteJson.FACTORY);
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int LONGEST_RETRY_AFTER = 6;

  private final String name;
  private final Webhook webhook;
  private final Signature signature;
  private final HttpCaller http;
  private final Gate gate;

  WebhookClient(String name, Webhook webhook, HttpCaller http, Gate gate, Clock clock) {
    this.gate = gate;
    this.name = name;
    this.webhook = webhook;
    this.signature = new Signature(webhook.secret(), clock);
    this.http = http;
  }

  /**
   * Sends a message.
   *
   * @param changes whether the receiver may do something because of it
   * @return the answer's JSON; an empty object when there is no body
   */
  CompletableFuture<JsonNode> send(ObjectNode message, boolean changes) {
    return gate.call(() -> sendNow(message, changes))
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(translate(failure)));
  }

  private static Throwable translate(Throwable failure) {
    return failure instanceof NotTriedException notTried
        ? new WebhookException(String.valueOf(notTried.getMessage()), notTried, true, false, null)
        : failure;
  }

  private CompletableFuture<JsonNode> sendNow(ObjectNode message, boolean changes) {
    byte[] body = message.toString().getBytes(StandardCharsets.UTF_8);
    Map<String, String> headers = new HashMap<>(signature.sign(body));
    headers.put("Content-Type", "application/json");
    headers.put("Accept", "application/json");
    String what = message.path("type").asText();
    return http.send(new HttpCall("POST", webhook.url(), headers, body))
        .handle(
            (answer, failure) -> {
              if (failure instanceof NoAnswerException none) {
                throw new WebhookException(
                    "No answer from webhook " + name + " to \"" + what + '"',
                    none,
                    true,
                    changes && none.mayHaveBeenProcessed(),
                    null);
              }
              if (failure != null) {
                throw new IllegalStateException(failure);
              }
              return read(answer, what, changes);
            });
  }

  private JsonNode read(HttpAnswer answer, String what, boolean changes) {
    int status = answer.status();
    if (status >= 200 && status < 300) {
      return json(answer, what, changes);
    }
    boolean busy = status == TOO_MANY_REQUESTS || status == 503;
    boolean passing = busy || status >= 500 || status == 408;
    throw new WebhookException(
        "Webhook %s answered HTTP %d to \"%s\"".formatted(name, status, what),
        null,
        passing,
        changes && passing && status != TOO_MANY_REQUESTS,
        busy ? retryAfter(answer.headers().get("Retry-After")) : null);
  }

  private JsonNode json(HttpAnswer answer, String what, boolean changes) {
    if (new String(answer.body(), StandardCharsets.UTF_8).isBlank()) {
      return JSON.createObjectNode();
    }
    try {
      JsonNode json = JSON.readTree(answer.body());
      if (json instanceof ObjectNode) {
        return json;
      }
    } catch (IOException e) {
      // as any other answer that is none
    }
    throw unreadable(what, changes);
  }

  WebhookException unreadable(String what, boolean changes) {
    return new WebhookException(
        "The answer of webhook " + name + " to \"" + what + "\" is none",
        null,
        false,
        changes,
        null);
  }

  private static @Nullable Duration retryAfter(@Nullable String header) {
    return header != null && header.matches("[0-9]{1," + LONGEST_RETRY_AFTER + "}")
        ? Duration.ofSeconds(Long.parseLong(header))
        : null;
  }
}
