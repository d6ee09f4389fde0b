package dev.baton.whole;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A data source that remembers all that the application asked of the database, in order. */
final class CountedStatements extends DelegatingDataSource {

  private static final Set<String> ASKED =
      Set.of("commit", "rollback", "setSavepoint", "releaseSavepoint");

  private final List<String> asked = new ArrayList<>();

  CountedStatements(DataSource source) {
    super(source);
  }

  /** What was asked since the last look: statements, and commits by that name. */
  synchronized List<String> take() {
    List<String> taken = List.copyOf(asked);
    asked.clear();
    return taken;
  }

  private synchronized void add(String words) {
    asked.add(words.strip().replaceAll("\\s+", " "));
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = super.getConnection();
    return proxy(
        Connection.class,
        connection,
        (name, arguments) -> {
          if (ASKED.contains(name)) {
            add(name);
          }
        },
        (result, arguments) ->
            result instanceof Statement statement
                ? statement(statement, arguments.length == 0 ? "" : arguments[0].toString())
                : result);
  }

  private Statement statement(Statement statement, String sql) {
    return proxy(
        statement instanceof java.sql.PreparedStatement
            ? java.sql.PreparedStatement.class
            : Statement.class,
        statement,
        (name, arguments) -> {
          if (name.startsWith("execute")) {
            add(arguments.length == 0 ? sql : arguments[0].toString());
          }
        },
        (result, arguments) -> result);
  }

  private interface Before {
    void call(String method, Object[] arguments);
  }

  private interface After {
    Object call(Object result, Object[] arguments);
  }

  private static <T> T proxy(Class<? extends T> type, T target, Before before, After after) {
    InvocationHandler handler =
        (proxy, method, given) -> {
          Object[] arguments = given == null ? new Object[0] : given;
          before.call(method.getName(), arguments);
          try {
            return after.call(method.invoke(target, given), arguments);
          } catch (InvocationTargetException e) {
            throw e.getTargetException();
          }
        };
    return type.cast(
        Proxy.newProxyInstance(
            CountedStatements.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
