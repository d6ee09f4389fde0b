package dev.baton.whole;

import dev.baton.conversation.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DelegatingDataSource;

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
      return bean instanceof DataSource source ? gated(source) : bean;
    }

    private DataSource gated(DataSource source) {
      return new DelegatingDataSource(source) {
        @Override
        public Connection getConnection() throws SQLException {
          return proxy(Connection.class, new Transaction(super.getConnection(), Gate.this));
        }
      };
    }

    /** Does not return when this is where the process is to be killed. */
    void pass(boolean committed, List<String> statements) {
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

  /** A connection that knows what its transaction has written. */
  private record Transaction(Connection connection, List<String> written, Gate gate)
      implements InvocationHandler {

    Transaction(Connection connection, Gate gate) {
      this(connection, new ArrayList<>(), gate);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      boolean commit = method.getName().equals("commit");
      if (commit) {
        gate.pass(false, written);
      }
      Object result = call(connection, method, arguments);
      if (commit) {
        gate.pass(true, written);
      }
      if (commit || method.getName().equals("setAutoCommit")) {
        written.clear();
      }
      return result instanceof PreparedStatement statement && arguments != null
          ? proxy(PreparedStatement.class, new Statement(statement, words(arguments[0]), written))
          : result;
    }

    private static String words(Object sql) {
      return sql.toString().strip().replaceAll("\\s+", " ");
    }
  }

  /** A statement that knows its parameters. */
  private record Statement(
      PreparedStatement statement,
      String sql,
      Map<Integer, @Nullable Object> parameters,
      List<String> written)
      implements InvocationHandler {

    Statement(PreparedStatement statement, String sql, List<String> written) {
      this(statement, sql, new TreeMap<>(), written);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      String name = method.getName();
      if (name.startsWith("set") && arguments != null && arguments.length > 1) {
        parameters.put((Integer) arguments[0], name.equals("setNull") ? null : arguments[1]);
      } else if (name.startsWith("execute") && sql.contains("baton_")) {
        written.add(sql + " " + parameters.values());
      }
      return call(statement, method, arguments);
    }
  }

  private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(CommitGate.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
