package dev.baton.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

/** The {@link Bot}'s JVM, as seen from this one. */
final class BotProcess implements AutoCloseable {

  private final Process process;
  private final URI url;
  private final HttpClient http = HttpClient.newHttpClient();

  BotProcess() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Bot.class.getName())
            .redirectError(Redirect.INHERIT)
            .start();
    BufferedReader lines = process.inputReader();
    String line = lines.readLine();
    while (line != null && !line.startsWith(Bot.LISTENS)) {
      line = lines.readLine();
    }
    if (line == null) {
      throw new IOException("The bot did not start.");
    }
    url = URI.create("http://127.0.0.1:" + line.substring(Bot.LISTENS.length()));
  }

  URI url() {
    return url;
  }

  long pid() {
    return process.pid();
  }

  /** How long each answer takes from now on; what is under way is answered at once. */
  void delay(int ms) {
    ask("/control/delay/" + ms);
  }

  /** When the bot heard that a session's transfer succeeded, as {@link System#nanoTime()}. */
  long succeededAt(String session) {
    return Long.parseLong(ask("/control/succeeded/" + session));
  }

  private String ask(String path) {
    try {
      return http.send(HttpRequest.newBuilder(url.resolve(path)).build(), BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
