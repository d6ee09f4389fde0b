package dev.baton.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.http.TestServer;
import dev.baton.http.TestServer.Reply;
import dev.baton.http.TestServer.Request;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A service of the user's own, which is offered conversations by webhook. It reads docs/targets by
 * itself: signatures are made and verified without Baton's code.
 */
public final class Desk implements AutoCloseable {

  public static final String SECRET = "what the two of them sign with";
  public static final String WAITING = "{\"status\":\"waiting\"}";
  public static final String ACCEPTED = "{\"status\":\"accepted\",\"by\":\"ada\"}";
  public static final String CLOSED = "{\"status\":\"declined\",\"outcome\":\"closed\"}";

  private final TestServer server = new TestServer(this::answer);
  private final Map<String, String> offers = new ConcurrentHashMap<>();
  private final List<JsonNode> got = new CopyOnWriteArrayList<>();

  /** What is answered instead, after the message was taken in; null for the usual. */
  public volatile Function<JsonNode, @Nullable Reply> otherwise = message -> null;

  public URI url() {
    return server.uri().resolve("/baton");
  }

  /** Decides on an offer; told when it is asked. */
  public void decide(String offer, String status) {
    offers.put(offer, status);
  }

  /** What came except for questions, the offer's key and the handover by their names. */
  public List<String> got() {
    return got.stream().filter(message -> !type(message).equals("status")).map(Desk::line).toList();
  }

  /** How often it was asked how its offers stand. */
  public List<JsonNode> questions() {
    return got.stream().filter(message -> type(message).equals("status")).toList();
  }

  /** How many messages of a customer have these words: what comes again has the same id. */
  public long told(String text) {
    return got.stream()
        .map(message -> message.path("message"))
        .filter(message -> message.path("text").asText().equals(text))
        .map(message -> message.path("id").asText())
        .distinct()
        .count();
  }

  public void forget() {
    got.clear();
    otherwise = message -> null;
  }

  public static String sign(String timestamp, String body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] hash = mac.doFinal((timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
      return "v1=" + HexFormat.of().formatHex(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Reply answer(Request request) {
    String timestamp = request.header("Baton-Timestamp");
    if (!sign(timestamp, request.body()).equals(request.header("Baton-Signature"))
        || Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > 300
        || !request.method().equals("POST")
        || !request.header("Content-Type").equals("application/json")) {
      return Reply.json(401, "{}");
    }
    JsonNode message = Baton.json(request.body());
    got.add(message);
    String offer = message.path("offer").asText();
    String status = offers.getOrDefault(offer, WAITING);
    if (type(message).equals("offer")) {
      offers.putIfAbsent(offer, WAITING);
    }
    Reply other = otherwise.apply(message);
    if (other != null) {
      keepTo(message, other);
      return other;
    }
    return switch (type(message)) {
      case "offer" -> Reply.json(200, status);
      case "status" -> statuses(message.path("offers"));
      case "withdraw" ->
          Reply.json(200, status.equals(ACCEPTED) ? status : "{\"status\":\"withdrawn\"}");
      default -> Reply.json(200, "");
    };
  }

  /** What it says of an offer when that is made, it says later, too. */
  private void keepTo(JsonNode message, Reply said) {
    if (type(message).equals("offer") && said.status() == 200 && !said.body().isEmpty()) {
      offers.put(message.path("offer").asText(), said.body());
    }
  }

  private Reply statuses(JsonNode keys) {
    ObjectNode answer = Baton.object();
    ObjectNode all = answer.putObject("offers");
    keys.forEach(
        key ->
            all.set(
                key.asText(),
                Baton.json(offers.getOrDefault(key.asText(), "{\"status\":\"unknown\"}"))));
    return Reply.json(200, answer.toString());
  }

  private static String type(JsonNode message) {
    return message.path("type").asText();
  }

  private static String line(JsonNode message) {
    ObjectNode line = message.deepCopy();
    line.put("offer", "<offer>");
    if (line.has("handover")) {
      line.put("handover", "<handover>");
    }
    return line.toString();
  }

  @Override
  public void close() {
    server.close();
  }
}
