package dev.baton.it.support;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A data source that keeps which statements were run in which transactions. */
public final class CountedStatements extends DelegatingDataSource {

  /**
   * What was run together.
   *
   * @param statements each one of a batch, too
   * @param roundTrips how often the database was waited for, the commit among it
   * @param committed whether something was written: by a statement alone, too
   */
  public record Work(List<String> statements, int roundTrips, boolean committed) {}

  private static final Pattern WRITES = Pattern.compile("\\b(insert into|update|delete from) \\w");

  private final BooleanSupplier counts;
  private final List<Work> done;

  /**
   * In front of this one.
   *
   * @param counts whether what the current thread runs is kept
   * @param done where it is kept
   */
  public CountedStatements(
      DataSource source, BooleanSupplier counts, CopyOnWriteArrayList<Work> done) {
    super(source);
    this.counts = counts;
    this.done = done;
  }

  /** A statement with PostgreSQL's own names of parameters, as {@code explain} wants them. */
  public static String numbered(String sql) {
    AtomicInteger number = new AtomicInteger();
    return Pattern.compile("\\?").matcher(sql).replaceAll(m -> "\\$" + number.incrementAndGet());
  }

  /** Puts one in front of the application's data source. */
  public static BeanPostProcessor processor(
      BooleanSupplier counts, CopyOnWriteArrayList<Work> done) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof DataSource source
            ? new CountedStatements(source, counts, done)
            : bean;
      }
    };
  }

  @Override
  public Connection getConnection() throws SQLException {
    return proxy(Connection.class, new Counted(super.getConnection()));
  }

  private final class Counted implements InvocationHandler {

    private final Connection connection;
    private final List<String> statements = new ArrayList<>();
    private int roundTrips;

    Counted(Connection connection) {
      this.connection = connection;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      Object result = call(connection, method, arguments);
      switch (method.getName()) {
        case "commit" -> {
          roundTrips++;
          finish(true);
        }
        case "rollback", "close" -> finish(false);
        case "setSavepoint", "releaseSavepoint" -> {
          statements.add(
              method.getName().equals("setSavepoint") ? "savepoint" : "release savepoint");
          roundTrips++;
        }
        default -> {}
      }
      return result instanceof PreparedStatement statement && arguments != null
          ? proxy(PreparedStatement.class, statement(statement, words(arguments[0])))
          : result;
    }

    private void finish(boolean commit) {
      if (!statements.isEmpty() && counts.getAsBoolean()) {
        done.add(new Work(List.copyOf(statements), roundTrips, commit));
      }
      statements.clear();
      roundTrips = 0;
    }

    private InvocationHandler statement(PreparedStatement statement, String sql) {
      return (proxy, method, arguments) -> {
        String name = method.getName();
        if (name.equals("addBatch") || (name.startsWith("execute") && !name.contains("Batch"))) {
          // Several may go in one round trip.
          statements.addAll(List.of(sql.split("; ")));
        }
        Object result = call(statement, method, arguments);
        if (name.startsWith("execute")) {
          roundTrips++;
          if (connection.getAutoCommit()) {
            finish(WRITES.matcher(sql).find());
          }
        }
        return result;
      };
    }

    private String words(Object sql) {
      return sql.toString().strip().replaceAll("\\s+", " ");
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
        Proxy.newProxyInstance(
            CountedStatements.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
