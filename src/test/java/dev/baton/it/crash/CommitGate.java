package dev.baton.it.crash;

import dev.baton.conversation.Node;
import dev.baton.it.support.Baton;
import dev.baton.it.support.CrashPoint;
import dev.baton.it.support.WatchedCommits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Goes into a process that is to be killed. Told by a line {@code POINT KEY} on standard input, it
 * stops the thread that commits what belongs to the {@link CrashPoint} of that conversation, before
 * or after the commit, says {@code AT POINT KEY}, and never lets it go on.
 */
@Configuration(proxyBeanMethods = false)
class CommitGate {

  @Bean
  static BeanPostProcessor gate() {
    return new Gate();
  }

  private static void say(String words) {
    System.out.println(Baton.MARK + words);
    System.out.flush();
  }

  private static final class Gate implements BeanPostProcessor {

    private final Map<String, CrashPoint> points = new ConcurrentHashMap<>();

    Gate() {
      Thread listener = new Thread(this::listen, "commit-gate");
      listener.setDaemon(true);
      listener.start();
    }

    private void listen() {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          String[] pointAndKey = line.split(" ", 2);
          points.put(pointAndKey[1], CrashPoint.valueOf(pointAndKey[0]));
          say("ARMED " + line);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
      if (bean instanceof Node node) {
        say("NODE " + node.id());
      }
      return bean instanceof DataSource source ? new WatchedCommits(source, this::pass) : bean;
    }

    /** Does not return when this is where the process is to be killed. */
    private void pass(boolean committed, List<String> statements) {
      points.forEach(
          (key, point) -> {
            if (point.at(committed, key, statements)) {
              say("AT " + point + " " + key);
              stop();
            }
          });
    }

    private static void stop() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
