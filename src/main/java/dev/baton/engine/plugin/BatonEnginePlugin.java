package dev.baton.engine.plugin;

import dev.baton.engine.TokenEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.RepositoryService;
import org.camunda.bpm.engine.impl.bpmn.parser.BpmnParseListener;
import org.camunda.bpm.engine.impl.cfg.AbstractProcessEnginePlugin;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.interceptor.SessionFactory;
import org.camunda.bpm.engine.impl.persistence.deploy.Deployer;
import org.camunda.bpm.engine.spring.SpringProcessEngineConfiguration;
import org.springframework.core.io.Resource;

/**
 * Makes an engine know Baton's steps. In a process of any key, an external task with one of Baton's
 * topics places an order with Baton instead of waiting for a worker to fetch it. A process that
 * uses the steps wrongly is refused when it is deployed, and so is a routing policy that does not
 * work.
 *
 * <p>Baton's own processes are deployed on request only, although they lie on the class path.
 */
public final class BatonEnginePlugin extends AbstractProcessEnginePlugin {

  private final Supplier<TokenEvents> events;
  private final Predicate<String> bean;
  private final boolean deployLibrary;

  /**
   * For an engine that Spring manages.
   *
   * @param events asked for when a process runs, since they need the engine
   * @param bean whether the application has a bean of a name
   * @param deployLibrary whether the processes of Baton's library are deployed
   */
  public BatonEnginePlugin(
      Supplier<TokenEvents> events, Predicate<String> bean, boolean deployLibrary) {
    this.events = events;
    this.bean = bean;
    this.deployLibrary = deployLibrary;
  }

  @Override
  public void preInit(ProcessEngineConfigurationImpl configuration) {
    List<BpmnParseListener> listeners = configuration.getCustomPostBPMNParseListeners();
    if (listeners == null) {
      listeners = new ArrayList<>();
      configuration.setCustomPostBPMNParseListeners(listeners);
    }
    listeners.add(new OrderParseListener(events));
    List<Deployer> deployers = configuration.getCustomPostDeployers();
    if (deployers == null) {
      deployers = new ArrayList<>();
      configuration.setCustomPostDeployers(deployers);
    }
    deployers.add(new PolicyDeployer());
    List<SessionFactory> sessions = configuration.getCustomSessionFactories();
    if (sessions == null) {
      sessions = new ArrayList<>();
      configuration.setCustomSessionFactories(sessions);
    }
    sessions.addAll(ReadInstances.factories());
    if (configuration.getHistoryEventProducer() == null) {
      configuration.setHistoryEventProducer(new ReadInstances.Historian());
    }
    if (configuration.getDmnEngineConfiguration() == null) {
      configuration.setDmnEngineConfiguration(new ParsedOnce.Decisions());
    }
    configuration.setBpmnParseFactory(parser -> new BatonParse(parser, events, bean));
    if (configuration instanceof SpringProcessEngineConfiguration spring) {
      spring.setDeploymentResources(withoutLibrary(spring.getDeploymentResources()));
    }
  }

  /** Camunda's starter finds process files in every jar: the library is not meant by that. */
  private static Resource[] withoutLibrary(Resource[] resources) {
    return Arrays.stream(resources)
        .filter(resource -> !isLibrary(resource))
        .toArray(Resource[]::new);
  }

  private static boolean isLibrary(Resource resource) {
    try {
      return resource.getURL().toString().contains("/" + Library.FOLDER);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void postInit(ProcessEngineConfigurationImpl configuration) {
    Statements.addTo(configuration);
    configuration.setHistoryEventHandler(
        new ConversationHistory(configuration.getHistoryEventHandler()));
    configuration.getJobHandlers().put(LockedTimer.TYPE, new LockedTimer(events));
  }

  @Override
  public void postProcessEngineBuild(ProcessEngine engine) {
    if (deployLibrary) {
      RepositoryService repository = engine.getRepositoryService();
      var deployment =
          repository
              .createDeployment()
              .name("baton")
              .source("baton")
              .enableDuplicateFiltering(true);
      Library.files()
          .forEach(
              (name, content) ->
                  deployment.addInputStream(name, new ByteArrayInputStream(content)));
      deployment.deploy();
    }
  }
}
