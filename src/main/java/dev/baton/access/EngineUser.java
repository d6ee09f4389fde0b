package dev.baton.access;

import java.io.Serializable;
import java.security.Principal;
import java.util.List;
import org.camunda.bpm.engine.IdentityService;
import org.camunda.bpm.engine.identity.Group;
import org.camunda.bpm.engine.identity.Tenant;

/** A caller whom the engine knows, with the groups and tenants that its authorizations look at. */
public record EngineUser(String id, List<String> groups, List<String> tenants)
    implements Principal, Serializable {

  private static final long serialVersionUID = 1L;

  /** Reads the user's groups and tenants. Two queries. */
  static EngineUser read(IdentityService identities, String id) {
    return new EngineUser(
        id,
        identities.createGroupQuery().groupMember(id).list().stream().map(Group::getId).toList(),
        identities.createTenantQuery().userMember(id).includingGroupsOfUser(true).list().stream()
            .map(Tenant::getId)
            .toList());
  }

  @Override
  public String getName() {
    return id;
  }
}
