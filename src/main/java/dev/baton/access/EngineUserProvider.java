package dev.baton.access;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.camunda.bpm.engine.IdentityService;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/** Authenticates a name and a password against the engine's users, with throttled guessing. */
public final class EngineUserProvider implements AuthenticationProvider {

  private final Supplier<IdentityService> identities;
  private final LoginThrottle throttle;

  /**
   * Checks against the engine's users.
   *
   * @param identities asked for at the first login: filters are created before the engine
   */
  public EngineUserProvider(Supplier<IdentityService> identities, LoginThrottle throttle) {
    this.identities = identities;
    this.throttle = throttle;
  }

  @Override
  public Authentication authenticate(Authentication login) throws AuthenticationException {
    String user = login.getName();
    String password = Objects.toString(login.getCredentials(), "");
    String address =
        login.getDetails() instanceof WebAuthenticationDetails details
            ? details.getRemoteAddress()
            : "unknown";
    if (!throttle.mayCheck(user, password, address)) {
      throw new TooManyLoginsException(throttle.period());
    }
    if (!isRight(user, password)) {
      throttle.wasWrong(address);
      throw new BadCredentialsException("wrong user or password");
    }
    throttle.wasRight(user, password);
    return UsernamePasswordAuthenticationToken.authenticated(
        EngineUser.read(identities.get(), user), null, List.of());
  }

  private boolean isRight(String user, String password) {
    // A control character is in no user's name, and PostgreSQL refuses U+0000 in a query.
    return !user.isEmpty()
        && !password.isEmpty()
        && user.chars().noneMatch(Character::isISOControl)
        && identities.get().checkPassword(user, password);
  }

  @Override
  public boolean supports(Class<?> type) {
    return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
  }
}
