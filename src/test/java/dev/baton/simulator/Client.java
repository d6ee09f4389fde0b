package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;

/** A hand-made client: each test says what it sends, down to the header. */
final class Client {

  static final String ORG = "/services/data/v63.0";

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Simulator simulator;
  private final Map<String, String> headers = new HashMap<>();

  Client(Simulator simulator) {
    this.simulator = simulator;
    headers.put("Authorization", "Bearer " + Simulator.TOKEN);
    headers.put("X-Org-Id", Simulator.ORG_ID);
    headers.put("X-Request-ID", UUID.randomUUID().toString());
    headers.put("Content-Type", "application/json");
  }

  /** The same client with one header more, other, or, with an empty value, gone. */
  Client with(String header, String value) {
    Client other = new Client(simulator);
    other.headers.putAll(headers);
    if (value.isEmpty()) {
      other.headers.remove(header);
    } else {
      other.headers.put(header, value);
    }
    return other;
  }

  record Response(int status, HttpResponse<String> http) {
    JsonNode json() {
      return Json.parse(http.body());
    }

    String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }

    JsonNode message(int index) {
      return json().path("messages").path(index);
    }

    /** The types of a bot's messages, or the status and error of a refusal. */
    String kinds() {
      if (status != 200) {
        return status + " " + json().path("error").asText();
      }
      return String.join(
          " ",
          StreamSupport.stream(json().path("messages").spliterator(), false)
              .map(message -> message.path("type").asText())
              .toList());
    }

    /** The id of what was made. */
    String id() {
      return json().path("id").asText();
    }

    /** Status and code of an org's refusal. */
    String refusal() {
      return status + " " + json().path(0).path("errorCode").asText();
    }
  }

  Response send(String method, String path, String body) {
    try {
      HttpResponse<String> response =
          HTTP.send(request(method, path, body), BodyHandlers.ofString());
      return new Response(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  CompletableFuture<Response> sendLater(String method, String path, String body) {
    return HTTP.sendAsync(request(method, path, body), BodyHandlers.ofString())
        .thenApply(response -> new Response(response.statusCode(), response));
  }

  Response get(String path) {
    return send("GET", path, "");
  }

  Response post(String path, String body) {
    return send("POST", path, body);
  }

  static String startBody() {
    return """
        {"externalSessionKey":"%s","forceConfig":{"endpoint":"https://x.my.salesforce.com"}}"""
        .formatted(UUID.randomUUID());
  }

  Response start() {
    return post("/v5.3.0/bots/" + Simulator.DEMO_BOT_ID + "/sessions", startBody());
  }

  String session() {
    return start().json().path("sessionId").asText();
  }

  Response say(String session, long sequenceId, String text) {
    return message(
        session, "{'type':'text','sequenceId':%d,'text':'%s'}".formatted(sequenceId, text));
  }

  /** Sends a message given in JSON with single quotes. */
  Response message(String session, String message) {
    return message("v5.3.0", session, message);
  }

  Response message(String version, String session, String message) {
    return post(
        "/" + version + "/sessions/" + session + "/messages",
        "{\"message\":" + message.replace('\'', '"') + "}");
  }

  Response end(String session) {
    return with("X-Session-End-Reason", "UserRequest")
        .send("DELETE", "/v5.3.0/sessions/" + session, "");
  }

  Response query(String soql) {
    return get(ORG + "/query?q=" + URLEncoder.encode(soql, StandardCharsets.UTF_8));
  }

  /** Makes a record given in JSON with single quotes. */
  Response create(String object, String json) {
    return with("Sforce-Auto-Assign", "FALSE")
        .post(ORG + "/sobjects/" + object, json.replace('\'', '"'));
  }

  /** Changes a record, with JSON in single quotes. */
  Response patch(String object, String id, String json) {
    return send("PATCH", ORG + "/sobjects/" + object + "/" + id, json.replace('\'', '"'));
  }

  Response delete(String object, String id) {
    return send("DELETE", ORG + "/sobjects/" + object + "/" + id, "");
  }

  /** A routing row of a case, with more members in JSON with single quotes. */
  Response route(String caseId, String more) {
    return create(
        "PendingServiceRouting",
        "{'WorkItemId':'%s','ServiceChannelId':'%s','RoutingType':'SkillsBased',%s}"
            .formatted(caseId, Simulator.CASE_CHANNEL_ID, more));
  }

  /** A case in a queue, made as it should be. */
  String createCase(String queueId) {
    return with("Sforce-Auto-Assign", "FALSE")
        .post(
            ORG + "/sobjects/Case",
            "{\"OwnerId\":\"" + queueId + "\",\"Subject\":\"Chat transfer\"}")
        .json()
        .path("id")
        .asText();
  }

  String owner(String caseId) {
    return get(ORG + "/sobjects/Case/" + caseId).json().path("OwnerId").asText();
  }

  /** The states of a case's AgentWork rows, newest first, and how many rows still route it. */
  String routing(String caseId) {
    JsonNode work =
        query(
                "SELECT Status FROM AgentWork WHERE WorkItemId='"
                    + caseId
                    + "' ORDER BY CreatedDate DESC")
            .json()
            .path("records");
    long pending =
        query("SELECT Id FROM PendingServiceRouting WHERE WorkItemId='" + caseId + "'")
            .json()
            .path("totalSize")
            .asLong();
    String states =
        String.join(
            ",",
            StreamSupport.stream(work.spliterator(), false)
                .map(row -> row.path("Status").asText())
                .toList());
    return states + " " + pending;
  }

  private HttpRequest request(String method, String path, String body) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(simulator.baseUrl() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    headers.forEach(builder::header);
    return builder.build();
  }
}
