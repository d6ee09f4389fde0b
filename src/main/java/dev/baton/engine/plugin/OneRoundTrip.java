package dev.baton.engine.plugin;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.ibatis.exceptions.PersistenceException;
import org.apache.ibatis.executor.BatchResult;
import org.apache.ibatis.mapping.BoundSql;
import org.apache.ibatis.mapping.MappedStatement;
import org.apache.ibatis.mapping.ParameterMapping;
import org.apache.ibatis.mapping.SqlCommandType;
import org.apache.ibatis.reflection.MetaObject;
import org.apache.ibatis.reflection.ParamNameResolver;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.type.JdbcType;
import org.apache.ibatis.type.TypeHandler;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.db.FlushResult;
import org.camunda.bpm.engine.impl.db.HasDbReferences;
import org.camunda.bpm.engine.impl.db.entitymanager.operation.DbEntityOperation;
import org.camunda.bpm.engine.impl.db.entitymanager.operation.DbOperation;
import org.camunda.bpm.engine.impl.db.entitymanager.operation.DbOperationType;
import org.camunda.bpm.engine.impl.db.sql.BatchDbSqlSession;
import org.camunda.bpm.engine.impl.util.ExceptionUtil;
import org.jspecify.annotations.Nullable;

/**
 * Sends all that a command changes in one round trip, where the engine takes one for each run of
 * rows of a table: on PostgreSQL, which takes several statements at once. Within transactions that
 * the engine does not commit itself.
 */
class OneRoundTrip extends BatchDbSqlSession {

  /** Beyond that the engine's batches are few for what they hold, and the text would be long. */
  private static final int MOST = 100;

  /** What is to be sent; null while nothing is collected. */
  private @Nullable List<Change> changes;

  OneRoundTrip(ProcessEngineConfigurationImpl engine) {
    super(engine.getDbSqlSessionFactory());
  }

  /** A statement. Rows that are inserted one after the other share it. */
  private static final class Change {

    private static final String VALUES = "values";

    private final MappedStatement statement;
    private final String sql;
    private final @Nullable String row;
    private final List<BoundSql> rows = new ArrayList<>();

    Change(MappedStatement statement, BoundSql first) {
      this.statement = statement;
      this.sql = first.getSql().strip();
      int values = sql.toLowerCase(Locale.ROOT).lastIndexOf(VALUES);
      this.row =
          statement.getSqlCommandType() == SqlCommandType.INSERT && values > 0
              ? sql.substring(values + VALUES.length())
              : null;
      rows.add(first);
    }

    boolean takes(MappedStatement next, BoundSql another) {
      return row != null && next == statement && sql.equals(another.getSql().strip());
    }

    String sql() {
      return sql + (", " + row).repeat(rows.size() - 1);
    }
  }

  @Override
  public FlushResult executeDbOperations(List<DbOperation> operations) {
    changes = operations.size() > MOST ? null : new ArrayList<>();
    try {
      return super.executeDbOperations(operations);
    } finally {
      changes = null;
    }
  }

  @Override
  protected void executeInsertEntity(String statement, Object entity) {
    if (changes == null) {
      super.executeInsertEntity(statement, entity);
    } else {
      collect(changes, statement, entity);
    }
  }

  @Override
  public int executeUpdate(String statement, Object parameter) {
    return changes == null
        ? super.executeUpdate(statement, parameter)
        : collect(changes, dbSqlSessionFactory.mapStatement(statement), parameter);
  }

  @Override
  protected int executeDelete(String statement, Object parameter) {
    return changes == null
        ? super.executeDelete(statement, parameter)
        : collect(changes, dbSqlSessionFactory.mapStatement(statement), parameter);
  }

  private int collect(List<Change> to, String name, Object parameter) {
    MappedStatement statement = sqlSession.getConfiguration().getMappedStatement(name);
    BoundSql bound =
        statement.getBoundSql(ParamNameResolver.wrapToMapIfCollection(parameter, null));
    Change last = to.isEmpty() ? null : to.get(to.size() - 1);
    if (last != null && last.takes(statement, bound)) {
      last.rows.add(bound);
    } else {
      to.add(new Change(statement, bound));
    }
    // How many rows are concerned is known with the flush.
    return 0;
  }

  @Override
  public List<BatchResult> flushBatchOperations() {
    List<Change> all = changes;
    if (all == null) {
      return super.flushBatchOperations();
    }
    String sql = all.stream().map(Change::sql).collect(Collectors.joining("; "));
    // What was read may not be so any more.
    sqlSession.clearCache();
    try (PreparedStatement statement = sqlSession.getConnection().prepareStatement(sql)) {
      Integer timeout = sqlSession.getConfiguration().getDefaultStatementTimeout();
      if (timeout != null) {
        statement.setQueryTimeout(timeout);
      }
      int parameters = 0;
      for (Change change : all) {
        for (BoundSql row : change.rows) {
          parameters = set(statement, parameters, row);
        }
      }
      statement.execute();
      List<BatchResult> results = new ArrayList<>();
      for (Change change : all) {
        results.add(result(change, statement.getUpdateCount()));
        statement.getMoreResults();
      }
      return results;
    } catch (SQLException e) {
      throw new PersistenceException(e.getMessage(), e);
    }
  }

  /** Each operation has a count of its own. */
  private static BatchResult result(Change change, int count) {
    BatchResult result = new BatchResult(change.statement, change.sql);
    int rows = change.rows.size();
    int[] counts = new int[rows];
    for (int row = 0; row < rows; row++) {
      counts[row] = rows == 1 ? count : 1;
    }
    result.setUpdateCounts(counts);
    return result;
  }

  /** As MyBatis does for a statement alone; returns how many parameters there are until now. */
  private int set(PreparedStatement statement, int before, BoundSql bound) throws SQLException {
    Configuration configuration = sqlSession.getConfiguration();
    Object parameter = bound.getParameterObject();
    boolean isValue =
        parameter != null
            && configuration.getTypeHandlerRegistry().hasTypeHandler(parameter.getClass());
    MetaObject properties = configuration.newMetaObject(parameter);
    int index = before;
    for (ParameterMapping mapping : bound.getParameterMappings()) {
      String property = mapping.getProperty();
      Object value =
          bound.hasAdditionalParameter(property)
              ? bound.getAdditionalParameter(property)
              : isValue ? parameter : properties.getValue(property);
      JdbcType type = mapping.getJdbcType();
      @SuppressWarnings("unchecked")
      TypeHandler<@Nullable Object> handler =
          (TypeHandler<@Nullable Object>) mapping.getTypeHandler();
      handler.setParameter(
          statement,
          ++index,
          value,
          value == null && type == null ? configuration.getJdbcTypeForNull() : type);
    }
    return index;
  }

  /**
   * Which statement failed the driver does not tell, and nothing more can be done in the
   * transaction. The engine wants to know whether it was somebody else's change: what a row refers
   * to was deleted, if any was to be written that refers to something.
   */
  @Override
  protected FlushResult postProcessBatchFailure(
      List<DbOperation> operations, PersistenceException failure) {
    if (changes == null) {
      return super.postProcessBatchFailure(operations, failure);
    }
    DbOperation blamed =
        ExceptionUtil.checkForeignKeyConstraintViolation(failure)
            ? operations.stream().filter(OneRoundTrip::refers).findFirst().orElse(operations.get(0))
            : operations.get(0);
    postProcessOperationPerformed(blamed, 0, failure);
    return FlushResult.withFailures(List.of(blamed));
  }

  private static boolean refers(DbOperation operation) {
    return operation instanceof DbEntityOperation entity
        && entity.getEntity() instanceof HasDbReferences
        && entity.getOperationType() != DbOperationType.DELETE;
  }
}
