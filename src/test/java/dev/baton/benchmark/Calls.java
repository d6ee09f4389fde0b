package dev.baton.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.jspecify.annotations.Nullable;

/** The eleven calls, as a program makes them that waits for each. Thread-safe. */
final class Calls implements AutoCloseable {

  private static final int CONNECTIONS = 2_000;
  private static final String SESSIONS = "/v5.3.0/sessions/";

  private final ObjectMapper json = new ObjectMapper();
  private final URI bot;
  private final CloseableHttpClient http =
      HttpClients.custom()
          .setConnectionManager(
              PoolingHttpClientConnectionManagerBuilder.create()
                  .setMaxConnPerRoute(CONNECTIONS)
                  .setMaxConnTotal(CONNECTIONS)
                  .build())
          .disableAutomaticRetries()
          .disableCookieManagement()
          .build();

  Calls(URI bot) {
    this.bot = bot;
  }

  /**
   * What the bot answered.
   *
   * @param messages as they came
   * @param targets whom it wants to have asked; empty while it talks itself
   */
  record Reply(String session, String messages, List<String> targets) {}

  Reply start() {
    return reply(
        call(
            "POST",
            "/v5.3.0/bots/" + BatonVariant.BOT + "/sessions",
            """
            {"externalSessionKey":"%s","forceConfig":{"endpoint":"%s"}}"""
                .formatted(UUID.randomUUID(), bot)));
  }

  Reply say(String session, long sequence, String text) {
    return reply(
        call(
            "POST",
            SESSIONS + session + "/messages",
            """
            {"message":{"type":"text","sequenceId":%d,"text":"%s"}}"""
                .formatted(sequence, text)));
  }

  /** Whether the target takes the session. */
  boolean offer(String target, String session) {
    return call(
            "POST",
            "/targets/" + target,
            """
            {"type":"offer","offer":"%s","handover":{"sessionId":"%s"}}"""
                .formatted(UUID.randomUUID(), session))
        .path("status")
        .asText()
        .equals("accepted");
  }

  void succeeded(String session, long sequence) {
    call(
        "POST",
        SESSIONS + session + "/messages",
        """
        {"message":{"type":"transferSucceeded","sequenceId":%d}}"""
            .formatted(sequence));
  }

  void end(String session) {
    call("DELETE", SESSIONS + session, null);
  }

  private static Reply reply(JsonNode answer) {
    JsonNode messages = answer.path("messages");
    List<String> targets =
        StreamSupport.stream(messages.spliterator(), false)
            .flatMap(message -> StreamSupport.stream(message.path("targets").spliterator(), false))
            .map(target -> target.path("value").asText())
            .toList();
    return new Reply(answer.path("sessionId").asText(), messages.toString(), targets);
  }

  private JsonNode call(String method, String path, @Nullable String body) {
    HttpUriRequestBase request = new HttpUriRequestBase(method, bot.resolve(path));
    request.setHeader("Authorization", "Bearer token");
    request.setHeader("X-Org-Id", "00Dxx0000000001EAA");
    request.setHeader("X-Request-ID", UUID.randomUUID().toString());
    if (body != null) {
      request.setEntity(new StringEntity(body, ContentType.APPLICATION_JSON));
    }
    try {
      return http.execute(
          request, answer -> json.readTree(EntityUtils.toByteArray(answer.getEntity())));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    http.close();
  }
}
