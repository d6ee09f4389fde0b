package dev.baton.engine.plugin;

import dev.baton.conversation.Refusal;
import dev.baton.conversation.Rights;
import dev.baton.engine.BotConversation;
import dev.baton.engine.CustomerInbox;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.camunda.bpm.engine.AuthorizationService;
import org.camunda.bpm.engine.IdentityService;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.authorization.Authorization;
import org.camunda.bpm.engine.authorization.Permission;
import org.camunda.bpm.engine.authorization.Permissions;
import org.camunda.bpm.engine.authorization.Resource;
import org.camunda.bpm.engine.authorization.Resources;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.identity.Authentication;
import org.camunda.bpm.engine.impl.interceptor.CommandExecutor;

/**
 * Rights on conversations are the engine's rights on {@code bot-conversation} and its instances.
 * They are looked up for the process as a whole, not for the instance: a conversation outlives its
 * instance, and is read long after. As in the engine, everything is allowed where authorization is
 * switched off or nobody is logged in.
 */
public final class EngineRights implements Rights {

  private final AuthorizationService authorizations;
  private final IdentityService identities;
  private final ProcessEngineConfigurationImpl configuration;
  private final CommandExecutor commands;

  /** Of this engine. */
  public EngineRights(ProcessEngine engine) {
    this.authorizations = engine.getAuthorizationService();
    this.identities = engine.getIdentityService();
    this.configuration = (ProcessEngineConfigurationImpl) engine.getProcessEngineConfiguration();
    this.commands = configuration.getCommandExecutorTxRequired();
  }

  @Override
  public void require(Right... rights) {
    Authentication caller = identities.getCurrentAuthentication();
    if (!configuration.isAuthorizationEnabled() || caller == null || caller.getUserId() == null) {
      return;
    }
    // In one command the engine reads once which groups it has to look for.
    Optional<Right> missing =
        commands.execute(
            context -> Stream.of(rights).filter(right -> !has(caller, right)).findFirst());
    if (missing.isPresent()) {
      throw refusal(missing.get());
    }
  }

  /** Whether the engine knows who calls, in the current thread. */
  public boolean isCallerKnown() {
    Authentication caller = identities.getCurrentAuthentication();
    return caller != null && caller.getUserId() != null;
  }

  private boolean has(Authentication caller, Right right) {
    return switch (right) {
      case BEGIN ->
          onInstances(caller, Permissions.CREATE) && onProcess(caller, Permissions.CREATE_INSTANCE);
      case READ ->
          onProcess(caller, Permissions.READ_INSTANCE) || onInstances(caller, Permissions.READ);
      case WRITE ->
          onProcess(caller, Permissions.UPDATE_INSTANCE)
              || onInstances(caller, Permissions.UPDATE)
              || mayUseTheInbox(caller);
      case ERASE -> onProcess(caller, Permissions.DELETE_HISTORY);
    };
  }

  /**
   * Through the engine, customers write by starting a customer inbox. Unlike the right to update
   * conversations this one opens nothing else in the engine: no steps, no variables.
   */
  private boolean mayUseTheInbox(Authentication caller) {
    return onInstances(caller, Permissions.CREATE)
        && has(
            caller, Permissions.CREATE_INSTANCE, Resources.PROCESS_DEFINITION, CustomerInbox.KEY);
  }

  private boolean onProcess(Authentication caller, Permission permission) {
    return has(caller, permission, Resources.PROCESS_DEFINITION, BotConversation.KEY);
  }

  private boolean onInstances(Authentication caller, Permission permission) {
    return has(caller, permission, Resources.PROCESS_INSTANCE, Authorization.ANY);
  }

  private boolean has(Authentication caller, Permission permission, Resource kind, String id) {
    // The engine does not check what is disabled, and refuses to be asked about it.
    return configuration.getDisabledPermissions().contains(permission.getName())
        || authorizations.isUserAuthorized(
            caller.getUserId(), caller.getGroupIds(), permission, kind, id);
  }

  /**
   * Does what Baton does on its own account, whatever the caller of the current thread may do: once
   * a message is accepted, the conversation goes on.
   */
  public boolean onBatonsAccount(BooleanSupplier work) {
    Authentication caller = identities.getCurrentAuthentication();
    identities.clearAuthentication();
    try {
      return work.getAsBoolean();
    } finally {
      identities.setAuthentication(caller);
    }
  }

  private static Refusal refusal(Right right) {
    return new Refusal(
        Refusal.Kind.FORBIDDEN,
        switch (right) {
          case BEGIN ->
              "You may not begin conversations: that takes CREATE on process instances, and"
                  + " CREATE_INSTANCE on the process definition bot-conversation.";
          case READ ->
              "You may not read conversations: that takes READ_INSTANCE on the process definition"
                  + " bot-conversation.";
          case WRITE ->
              "You may not take part in conversations: that takes CREATE on process instances, and"
                  + " CREATE_INSTANCE on the process definition customer-inbox.";
          case ERASE ->
              "You may not erase conversations: that takes DELETE_HISTORY on the process definition"
                  + " bot-conversation.";
        });
  }
}
