package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.app.BatonApplication;
import dev.baton.it.support.RawCaller;
import dev.baton.simulator.Simulator;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;

/** A page of another site reaches neither a newcomer's trial nor its simulator by the browser. */
class TrialTest {

  private static final List<String> LOCAL = List.of("localhost", "127.0.0.1:8080", "[::1]:8080");
  private static final List<String> OTHER =
      List.of("evil.example", "localhost.evil.example", "evil.example:8080", "192.0.2.1", "");

  @Test
  void aTrialAnswersToLocalNamesOnly() {
    try (Started trial =
        new Started(
            (ServletWebServerApplicationContext)
                new SpringApplicationBuilder(BatonApplication.class)
                    .registerShutdownHook(false)
                    .run(
                        "--server.port=0",
                        "--baton.simulator.port=0",
                        "--spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID()))) {
      String demo = "Authorization: Basic ZGVtbzpkZW1v";
      assertThat(status(trial.port(), "GET /engine-rest/version", "localhost", demo))
          .isEqualTo(200);
      List<String> wrong = new ArrayList<>();
      int sent = 0;
      for (String address : new Addresses(trial.context(), "/camunda").all()) {
        for (String method : List.of("GET ", "POST ")) {
          String host = OTHER.get(sent++ % OTHER.size());
          int status = status(trial.port(), method + address, host, demo);
          if (status != 400 && status != 403) {
            wrong.add(method + address + " at " + host + " -> " + status);
          }
        }
      }
      assertThat(wrong).isEmpty();
      for (String host : LOCAL) {
        assertThat(status(trial.port(), "GET /health/live", host)).as(host).isEqualTo(200);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Origin: https://evil.example",
        "Origin: http://localhost.evil.example",
        "Origin: null",
        "Host: evil.example"
      })
  void theSimulatorRefusesPagesOfOtherSites(String header) {
    try (Simulator simulator = Simulator.start(0)) {
      int port = URI.create(simulator.baseUrl().toString()).getPort();
      String host = header.startsWith("Host: ") ? header.substring(6) : "localhost";
      for (String line :
          List.of(
              "PUT /simulator/script",
              "POST /simulator/tokens/revoke",
              "GET /simulator/journal",
              "POST /services/oauth2/token")) {
        assertThat(status(port, line, host, header.startsWith("Host: ") ? "X: y" : header))
            .as(line)
            .isEqualTo(403);
      }
      assertThat(status(port, "GET /simulator/journal", "localhost:" + port)).isEqualTo(200);
      assertThat(status(port, "GET /simulator/journal", "127.0.0.1", "Sec-Fetch-Site: none"))
          .isEqualTo(200);
    }
  }

  private static int status(int port, String line, String host, String... headers) {
    String request =
        line
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nConnection: close\r\nContent-Length: 0\r\n"
            + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n")
            + "\r\n";
    return new RawCaller(port).send(request.getBytes(StandardCharsets.ISO_8859_1)).status();
  }
}
