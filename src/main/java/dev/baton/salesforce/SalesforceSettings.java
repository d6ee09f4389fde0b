package dev.baton.salesforce;

import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the org's REST API is.
 *
 * @param instanceUrl used when the access token does not say which instance it is for; null when it
 *     always does
 * @param apiVersion as in the path, "v63.0"
 */
public record SalesforceSettings(@Nullable URI instanceUrl, String apiVersion) {

  /** The version this client was written against. */
  public static final String DEFAULT_API_VERSION = "v63.0";

  private static final Pattern VERSION = Pattern.compile("v[1-9][0-9]{1,2}\\.0");

  public SalesforceSettings {
    if (!VERSION.matcher(apiVersion).matches()) {
      throw new IllegalArgumentException(
          "A version of the Salesforce API looks like v63.0, not like " + apiVersion);
    }
  }
}
