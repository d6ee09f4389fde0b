package dev.baton.engine.plugin;

import dev.baton.engine.Moves;
import java.util.List;
import java.util.function.Supplier;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.interceptor.CommandExecutor;

/** Moves as commands of the engine: what is called within a command is part of it. */
public final class EngineMoves implements Moves {

  private final CommandExecutor commands;

  /** Of this engine. */
  public EngineMoves(ProcessEngine engine) {
    commands =
        ((ProcessEngineConfigurationImpl) engine.getProcessEngineConfiguration())
            .getCommandExecutorTxRequired();
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
