package dev.baton.it.support;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.SqlSessionFactory;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.impl.cfg.AbstractProcessEnginePlugin;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Gives an engine the statements that an earlier engine of this JVM has parsed. Parsing them takes
 * more than half of the time that an application needs to start in a warm JVM.
 */
@Order(Ordered.LOWEST_PRECEDENCE)
public final class SharedStatements extends AbstractProcessEnginePlugin implements DisposableBean {

  /** Those that no running engine uses, by product of database. */
  private static final Map<String, SqlSessionFactory> UNUSED = new HashMap<>();

  private @Nullable String product;
  private @Nullable SqlSessionFactory used;

  @Override
  public void preInit(ProcessEngineConfigurationImpl engine) {
    try (Connection connection = engine.getDataSource().getConnection()) {
      product = connection.getMetaData().getDatabaseProductName();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    SqlSessionFactory parsed;
    synchronized (UNUSED) {
      parsed = UNUSED.remove(product);
    }
    if (parsed != null) {
      Configuration statements = parsed.getConfiguration();
      Environment earlier = statements.getEnvironment();
      statements.setEnvironment(
          new Environment(
              earlier.getId(), earlier.getTransactionFactory(), engine.getDataSource()));
      engine.setSqlSessionFactory(parsed);
    }
  }

  @Override
  public void postProcessEngineBuild(ProcessEngine engine) {
    used =
        ((ProcessEngineConfigurationImpl) engine.getProcessEngineConfiguration())
            .getSqlSessionFactory();
  }

  @Override
  public void destroy() {
    if (used != null) {
      synchronized (UNUSED) {
        UNUSED.put(product, used);
      }
    }
  }
}
