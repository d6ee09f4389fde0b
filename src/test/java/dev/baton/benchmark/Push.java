package dev.baton.benchmark;

import dev.baton.webhook.Signature;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A target accepts by itself: how long until the bot hears of it. */
final class Push {

  private final BatonVariant baton;
  private final Load load;
  private final BotProcess bot;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Signature signature = new Signature(BatonVariant.SECRET, Clock.systemUTC());

  Push(BatonVariant baton, Load load, BotProcess bot) {
    this.baton = baton;
    this.load = load;
    this.bot = bot;
  }

  Table measure(int count) {
    // As many before, for the JIT: nothing else goes this way.
    load.begin(baton, count).forEach(this::measure);
    double[] sorted =
        load.begin(baton, count).stream().mapToDouble(this::measure).sorted().toArray();
    Table table =
        new Table(
            "From a target's acceptance by push to transferSucceeded at the bot (%d, one by one)"
                .formatted(count),
            "p50 ms",
            "p99 ms");
    table.row(
        Table.number(Load.percentile(sorted, 0.50)), Table.number(Load.percentile(sorted, 0.99)));
    return table;
  }

  /** Milliseconds from the request that tells it to what the bot hears. */
  private double measure(String key) {
    baton.askForTheDesk(key);
    String offer =
        await(
            "select offer_key from baton_offer where state = 'OPEN' and conversation_key = '%s'"
                .formatted(key));
    String session =
        await(
            "select session_id from baton_conversation where conversation_key = '%s'"
                .formatted(key));
    byte[] body =
        "{\"offer\":\"%s\",\"status\":\"accepted\"}"
            .formatted(offer)
            .getBytes(StandardCharsets.UTF_8);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(baton.webhooks().resolve(Bot.DESK))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body));
    signature.sign(body).forEach(request::header);
    long told = System.nanoTime();
    send(request.build());
    long heard =
        Awaitility.await("transferSucceeded")
            .pollInterval(Duration.ofMillis(10))
            .until(() -> bot.succeededAt(session), at -> at > 0);
    // One clock for all processes of a machine, on Linux.
    return (heard - told) / 1e6;
  }

  private String await(String query) {
    return Awaitility.await(query)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> baton.database().texts(query), found -> !found.isEmpty())
        .get(0);
  }

  private void send(HttpRequest request) {
    try {
      int status = http.send(request, BodyHandlers.discarding()).statusCode();
      if (status != 200) {
        throw new IllegalStateException("The acceptance was answered " + status);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
