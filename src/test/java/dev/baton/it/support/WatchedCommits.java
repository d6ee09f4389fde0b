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
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A data source whose transactions tell when they are committed, and what they have written. */
public final class WatchedCommits extends DelegatingDataSource {

  private final Watcher watcher;

  public WatchedCommits(DataSource source, Watcher watcher) {
    super(source);
    this.watcher = watcher;
  }

  /** Stands before and after each commit. */
  @FunctionalInterface
  public interface Watcher {

    /**
     * A transaction passes.
     *
     * @param committed false before it is, true after
     * @param statements of Baton's tables, each with its parameters
     */
    void pass(boolean committed, List<String> statements) throws SQLException;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return proxy(Connection.class, new Transaction(super.getConnection(), watcher));
  }

  /** A connection that knows what its transaction has written. */
  private record Transaction(Connection connection, List<String> written, Watcher watcher)
      implements InvocationHandler {

    Transaction(Connection connection, Watcher watcher) {
      this(connection, new ArrayList<>(), watcher);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      boolean commit = method.getName().equals("commit");
      if (commit) {
        watcher.pass(false, written);
      }
      Object result = call(connection, method, arguments);
      if (commit) {
        watcher.pass(true, written);
      }
      if (commit || method.getName().equals("setAutoCommit")) {
        written.clear();
      }
      return result instanceof PreparedStatement statement && arguments != null
          ? proxy(PreparedStatement.class, new Statement(this, statement, words(arguments[0])))
          : result;
    }

    private static String words(Object sql) {
      return sql.toString().strip().replaceAll("\\s+", " ");
    }
  }

  /** A statement that knows its parameters. */
  private record Statement(
      Transaction transaction,
      PreparedStatement statement,
      String sql,
      Map<Integer, @Nullable Object> parameters)
      implements InvocationHandler {

    Statement(Transaction transaction, PreparedStatement statement, String sql) {
      this(transaction, statement, sql, new TreeMap<>());
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      String name = method.getName();
      if (name.startsWith("set") && arguments != null && arguments.length > 1) {
        parameters.put((Integer) arguments[0], name.equals("setNull") ? null : arguments[1]);
      } else if (name.startsWith("execute") && sql.contains("baton_")) {
        String words = sql + " " + parameters.values();
        if (transaction.connection.getAutoCommit()) {
          return commit(words, method, arguments);
        }
        transaction.written.add(words);
      }
      return call(statement, method, arguments);
    }

    /** A statement that is a transaction of its own. */
    private @Nullable Object commit(String words, Method method, Object @Nullable [] arguments)
        throws Throwable {
      transaction.watcher.pass(false, List.of(words));
      Object result = call(statement, method, arguments);
      transaction.watcher.pass(true, List.of(words));
      return result;
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
            WatchedCommits.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
