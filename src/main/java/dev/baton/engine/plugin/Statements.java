package dev.baton.engine.plugin;

import org.apache.ibatis.builder.xml.XMLMapperBuilder;
import org.apache.ibatis.session.Configuration;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;

/** What Baton asks of the engine's tables in words of its own. */
final class Statements {

  private static final String NAMESPACE = "dev.baton.engine.plugin.";
  static final String READ_INSTANCE = NAMESPACE + "readInstance";
  static final String READ_SUBSCRIPTIONS = NAMESPACE + "readSubscriptions";
  static final String READ_EXTERNAL_TASKS = NAMESPACE + "readExternalTasks";

  private static final String FILE = "dev/baton/engine/plugin/statements.xml";

  private Statements() {}

  /** Adds them to the engine's. */
  static void addTo(ProcessEngineConfigurationImpl engine) {
    Configuration statements = engine.getSqlSessionFactory().getConfiguration();
    // Engines of one application may share them.
    if (!statements.hasStatement(READ_INSTANCE)) {
      new XMLMapperBuilder(
              Statements.class.getClassLoader().getResourceAsStream(FILE),
              statements,
              FILE,
              statements.getSqlFragments())
          .parse();
    }
  }
}
