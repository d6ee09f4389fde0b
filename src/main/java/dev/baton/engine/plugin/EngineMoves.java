package dev.baton.engine.plugin;

import dev.baton.engine.Moves;
import java.util.List;
import java.util.function.Supplier;
import org.camunda.bpm.engine.IdentityService;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.identity.Authentication;
import org.camunda.bpm.engine.impl.interceptor.CommandExecutor;
import org.jspecify.annotations.Nullable;

/** Moves as commands of the engine: what is called within a command is part of it. */
public final class EngineMoves implements Moves {

  private final CommandExecutor commands;
  private final IdentityService identities;

  /** Of this engine. */
  public EngineMoves(ProcessEngine engine) {
    commands =
        ((ProcessEngineConfigurationImpl) engine.getProcessEngineConfiguration())
            .getCommandExecutorTxRequired();
    identities = engine.getIdentityService();
  }

  @Override
  public @Nullable String caller() {
    Authentication caller = identities.getCurrentAuthentication();
    return caller == null ? null : caller.getUserId();
  }

  @Override
  public <T> T begin(@Nullable String begunBy, Supplier<T> begins) {
    Authentication caller = identities.getCurrentAuthentication();
    identities.setAuthenticatedUserId(begunBy);
    try {
      return commands.execute(context -> context.runWithoutAuthorization(begins::get));
    } finally {
      identities.setAuthentication(caller);
    }
  }

  @Override
  public <T> T together(Supplier<T> work) {
    return commands.execute(context -> work.get());
  }

  @Override
  public List<String> waiting(String processInstanceId, String message) {
    return commands.execute(
        context -> context.getSession(ReadInstances.class).waiting(processInstanceId, message));
  }

  @Override
  public <T> T of(String processInstanceId, Supplier<T> move) {
    return commands.execute(
        context -> {
          context.getSession(ReadInstances.class).read(processInstanceId);
          return move.get();
        });
  }
}
