package dev.baton.autoconfigure;

import dev.baton.autoconfigure.BatonProperties.Oauth;
import dev.baton.bots.ApiVersion;
import dev.baton.bots.BotsSettings;
import dev.baton.oauth.Grant;
import dev.baton.salesforce.SalesforceSettings;
import dev.baton.transfer.RecordId;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The org whose bots talk and to whose people sessions go. Made from the properties; a bean of this
 * type stands in for that, as the simulated org does.
 *
 * @param botId the bot of conversations that name none
 */
public record Org(
    BotsSettings bots, SalesforceSettings salesforce, Grant grant, @Nullable String botId) {

  private static final URI LOGIN = URI.create("https://login.salesforce.com");

  /** The org that the properties name; they are checked already. */
  static Org of(BatonProperties properties) {
    BatonProperties.Bots bots = properties.bots();
    BatonProperties.Salesforce rest = properties.salesforce();
    URI myDomain = Objects.requireNonNull(bots.forceConfigEndpoint());
    // The org's REST API is at its My Domain, too.
    URI instanceUrl = Objects.requireNonNullElse(rest.instanceUrl(), myDomain);
    return new Org(
        new BotsSettings(
            Objects.requireNonNull(bots.baseUrl()),
            version(bots.apiVersion()),
            orgId(bots.orgId()),
            myDomain.toString(),
            true),
        new SalesforceSettings(instanceUrl, "v" + rest.apiVersion()),
        grant(properties.oauth(), rest.instanceUrl()),
        bots.botId());
  }

  /** The Bots API wants the long form of the id. */
  private static @Nullable String orgId(@Nullable String configured) {
    return configured == null ? null : RecordId.canonical(configured).orElse(configured);
  }

  /** The version of the Bots API that a setting such as 5.3.0 means. */
  public static ApiVersion version(String setting) {
    return ApiVersion.valueOf("V" + setting.substring(0, 3).replace('.', '_'));
  }

  private static Grant grant(Oauth oauth, @Nullable URI instanceUrl) {
    return switch (Objects.requireNonNull(oauth.grant())) {
      case JWT_BEARER ->
          new Grant.JwtBearer(
              Objects.requireNonNullElse(oauth.loginUrl(), LOGIN),
              Objects.requireNonNull(oauth.clientId()),
              Objects.requireNonNull(oauth.username()),
              PrivateKeys.read(Objects.requireNonNull(oauth.privateKey())));
      case CLIENT_CREDENTIALS ->
          new Grant.ClientCredentials(
              Objects.requireNonNull(oauth.loginUrl()),
              Objects.requireNonNull(oauth.clientId()),
              Objects.requireNonNull(oauth.clientSecret()));
      case TOKEN -> new Grant.GivenToken(Objects.requireNonNull(oauth.token()), instanceUrl);
    };
  }
}
