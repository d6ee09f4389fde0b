package dev.baton.salesforce;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.baton.http.Gate;
import dev.baton.http.HttpCaller;
import dev.baton.http.TimeLimits;
import dev.baton.oauth.AccessToken;
import dev.baton.oauth.TokenSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An org over real HTTP that plays a script, answer by answer, and keeps what it was sent. */
final class ScriptedOrg implements AutoCloseable {

  private static final String EMPTY_PAGE =
      """
      {"totalSize":0,"done":true,"records":[]}""";

  static {
    // Head and body are two writes: without it the second waits for the first's acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final HttpCaller http;
  private final Deque<Answer> script = new ArrayDeque<>();
  private final List<Request> requests = new ArrayList<>();
  private final AtomicInteger tokensFetched = new AtomicInteger(1);

  ScriptedOrg() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    server.createContext("/", this::handle);
    server.start();
    http =
        new HttpCaller(
            new TimeLimits(
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10)),
            5);
  }

  record Answer(int status, String contentType, @Nullable String body) {}

  record Request(
      String method, String path, String soql, Map<String, String> headers, String body) {

    String line() {
      return method + " " + path;
    }
  }

  URI url() {
    return URI.create(
        "http://"
            + server.getAddress().getAddress().getHostAddress()
            + ":"
            + server.getAddress().getPort());
  }

  HttpCaller http() {
    return http;
  }

  SalesforceClient client() {
    return client(tokens(url()));
  }

  SalesforceClient client(TokenSource tokens) {
    return new SalesforceClient(
        new SalesforceSettings(null, SalesforceSettings.DEFAULT_API_VERSION),
        http,
        tokens,
        Gate.open());
  }

  /** Tokens named token-1, token-2, ...: the next one once the last was refused. */
  TokenSource tokens(@Nullable URI instanceUrl) {
    return new TokenSource() {
      @Override
      public CompletableFuture<AccessToken> token() {
        return CompletableFuture.completedFuture(token(tokensFetched.get()));
      }

      @Override
      public void reject(AccessToken refused) {
        if (refused.equals(token(tokensFetched.get()))) {
          tokensFetched.incrementAndGet();
        }
      }

      private AccessToken token(int number) {
        return new AccessToken("token-" + number, instanceUrl, null, Instant.MAX);
      }
    };
  }

  ScriptedOrg answers(int status, String body) {
    script.add(new Answer(status, "application/json", body));
    return this;
  }

  ScriptedOrg answersHtml(int status) {
    script.add(new Answer(status, "text/html", "<html><body>Down for maintenance</body></html>"));
    return this;
  }

  ScriptedOrg noContent() {
    return answers(204, "");
  }

  ScriptedOrg created(String id) {
    return answers(201, "{\"id\":\"" + id + "\",\"success\":true,\"errors\":[]}");
  }

  ScriptedOrg error(int status, String code) {
    return answers(status, "[{\"message\":\"Scripted\",\"errorCode\":\"" + code + "\"}]");
  }

  ScriptedOrg noRecords() {
    return answers(200, EMPTY_PAGE);
  }

  ScriptedOrg records(String... records) {
    return answers(
        200,
        "{\"totalSize\":%d,\"done\":true,\"records\":[%s]}"
            .formatted(records.length, String.join(",", records)));
  }

  /** Reads the request and closes the connection instead of answering. */
  ScriptedOrg hangsUp() {
    script.add(new Answer(0, "", null));
    return this;
  }

  synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  List<String> lines() {
    return requests().stream().map(Request::line).toList();
  }

  Request request(int index) {
    return requests().get(index);
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
      String query = exchange.getRequestURI().getRawQuery();
      String soql = "";
      if (query != null) {
        // A "+" would stay one: in a URL it is no space.
        soql =
            URLDecoder.decode(
                query.substring("q=".length()).replace("+", "%2B"), StandardCharsets.UTF_8);
      }
      requests.add(
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().getRawPath(),
              soql,
              headers,
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      Answer answer = script.poll();
      if (answer == null) {
        exchange.sendResponseHeaders(418, -1); // nothing retries this, so that the test tells
        return;
      }
      String text = answer.body();
      if (text == null) {
        return;
      }
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.contentType());
      exchange.getResponseHeaders().set("Sforce-Limit-Info", "api-usage=18/5000");
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  static SalesforceException fault(CompletableFuture<?> future) {
    try {
      Object result = future.get(20, TimeUnit.SECONDS);
      throw new AssertionError("succeeded with " + result);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SalesforceException fault) {
        return fault;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    http.close();
    server.stop(0);
  }
}
