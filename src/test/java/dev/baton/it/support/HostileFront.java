package dev.baton.it.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.baton.http.RawServer;
import dev.baton.simulator.Simulator;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Stands before the simulated org: answers some requests itself, below HTTP, and passes others. */
public final class HostileFront implements AutoCloseable {

  /**
   * A request.
   *
   * @param headers by lower-case name
   */
  public record Request(String method, String path, Map<String, String> headers, String body) {

    /** Whether the address or the body names this. */
    public boolean names(String text) {
      return path.contains(text) || body.contains(text);
    }
  }

  private static final Set<String> NOT_PASSED =
      Set.of("host", "connection", "content-length", "transfer-encoding", "user-agent", "date");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Simulator simulator;
  private final Function<Request, Optional<RawServer.Behaviour>> own;
  private final RawServer server = new RawServer(this::answer);

  /**
   * @param own how a request is answered here; empty for those that are passed
   */
  public HostileFront(Simulator simulator, Function<Request, Optional<RawServer.Behaviour>> own) {
    this.simulator = simulator;
    this.own = own;
  }

  public URI uri() {
    return server.uri();
  }

  /** The application's settings that have it call this in place of the simulator. */
  public String[] properties() {
    return new String[] {
      "baton.bots.base-url=" + uri(),
      "baton.bots.force-config-endpoint=" + uri(),
      "baton.oauth.login-url=" + uri()
    };
  }

  private void answer(Socket connection) throws Exception {
    Request request = read(connection.getInputStream());
    Optional<RawServer.Behaviour> behaviour = own.apply(request);
    if (behaviour.isPresent()) {
      behaviour.get().with(connection);
    } else {
      connection.getOutputStream().write(passed(request));
    }
  }

  private static Request read(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      head.append((char) next);
    }
    String[] lines = head.toString().strip().split("\r\n", -1);
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    String[] first = lines[0].split(" ", -1);
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(first[0], first[1], headers, new String(in.readNBytes(length), ISO_8859_1));
  }

  private byte[] passed(Request request) throws IOException, InterruptedException {
    HttpRequest.Builder on =
        HttpRequest.newBuilder(URI.create(simulator.baseUrl() + request.path()))
            .method(
                request.method(), BodyPublishers.ofByteArray(request.body().getBytes(ISO_8859_1)));
    request
        .headers()
        .forEach(
            (name, value) -> {
              if (!NOT_PASSED.contains(name)) {
                on.header(name, value);
              }
            });
    HttpResponse<byte[]> answer = http.send(on.build(), BodyHandlers.ofByteArray());
    StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.statusCode() + " \r\n");
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!NOT_PASSED.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> head.append(name + ": " + value + "\r\n"));
              }
            });
    head.append("Connection: close\r\n");
    if (answer.statusCode() != 204) {
      head.append("Content-Length: " + answer.body().length + "\r\n");
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes((head + "\r\n").getBytes(ISO_8859_1));
    all.writeBytes(answer.body());
    return all.toByteArray();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
