package dev.baton.engine.plugin;

import static org.camunda.bpm.engine.impl.db.sql.DbSqlSessionFactory.POSTGRES;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.ibatis.exceptions.PersistenceException;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.db.DbEntity;
import org.camunda.bpm.engine.impl.db.FlushResult;
import org.camunda.bpm.engine.impl.db.entitymanager.operation.DbEntityOperation;
import org.camunda.bpm.engine.impl.db.entitymanager.operation.DbOperation;
import org.camunda.bpm.engine.impl.db.entitymanager.operation.DbOperationType;
import org.camunda.bpm.engine.impl.db.sql.DbSqlSession;
import org.camunda.bpm.engine.impl.interceptor.Session;
import org.camunda.bpm.engine.impl.interceptor.SessionFactory;
import org.camunda.bpm.engine.impl.persistence.entity.EventSubscriptionEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity;
import org.camunda.bpm.engine.impl.persistence.entity.VariableInstanceEntity;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what a step leaves behind with one statement for each table, where the engine has one for
 * each row. A round of offers leaves nine rows behind, the end of a conversation fourteen.
 */
final class GroupedDeletes extends OneRoundTrip {

  private static final Set<Class<? extends DbEntity>> GROUPED =
      Set.of(ExecutionEntity.class, VariableInstanceEntity.class, EventSubscriptionEntity.class);

  /** PostgreSQL plans each number of rows by itself. */
  private static final int MOST = 8;

  private GroupedDeletes(ProcessEngineConfigurationImpl engine) {
    super(engine);
  }

  /**
   * In place of the engine's own sessions, on PostgreSQL: others look row by row, not at the end of
   * the statement, whether an execution still has one below.
   */
  static SessionFactory factory(ProcessEngineConfigurationImpl engine) {
    return new SessionFactory() {
      @Override
      public Class<?> getSessionType() {
        return DbSqlSession.class;
      }

      @Override
      public Session openSession() {
        return engine.isJdbcBatchProcessing()
                && engine.isTransactionsExternallyManaged()
                && POSTGRES.equals(engine.getDatabaseType())
            ? new GroupedDeletes(engine)
            : engine.getDbSqlSessionFactory().openSession();
      }
    };
  }

  /** Rows of one table. */
  private static final class Group extends DbEntityOperation {

    private final List<DbEntity> rows = new ArrayList<>();

    Group(DbEntityOperation first) {
      setOperationType(DbOperationType.DELETE);
      setEntityType(first.getEntityType());
      setEntity(first.getEntity());
      rows.add(first.getEntity());
    }

    boolean takes(DbEntityOperation next) {
      return next.getEntityType() == getEntityType() && rows.size() < MOST;
    }
  }

  @Override
  public FlushResult executeDbOperations(List<DbOperation> operations) {
    List<DbOperation> grouped = new ArrayList<>();
    Group last = null;
    for (DbOperation operation : operations) {
      if (operation instanceof DbEntityOperation delete
          && operation.getOperationType() == DbOperationType.DELETE
          && GROUPED.stream().anyMatch(type -> type.isAssignableFrom(operation.getEntityType()))) {
        if (last != null && last.takes(delete)) {
          last.rows.add(delete.getEntity());
          continue;
        }
        last = new Group(delete);
        grouped.add(last);
      } else {
        last = null;
        grouped.add(operation);
      }
    }
    return super.executeDbOperations(grouped);
  }

  @Override
  protected void deleteEntity(DbEntityOperation operation) {
    if (operation instanceof Group group) {
      executeDelete(Statements.NAMESPACE + "delete" + table(group).getSimpleName(), group.rows);
    } else {
      super.deleteEntity(operation);
    }
  }

  private static Class<?> table(Group group) {
    return GROUPED.stream()
        .filter(type -> type.isAssignableFrom(group.getEntityType()))
        .findAny()
        .orElseThrow();
  }

  /**
   * Where a row is missing, somebody else has changed it: the engine knows that by a count of 0.
   */
  @Override
  protected void entityDeletePerformed(
      DbEntityOperation operation, int rowsAffected, @Nullable PersistenceException failure) {
    boolean incomplete = operation instanceof Group group && rowsAffected < group.rows.size();
    super.entityDeletePerformed(operation, incomplete ? 0 : rowsAffected, failure);
  }
}
