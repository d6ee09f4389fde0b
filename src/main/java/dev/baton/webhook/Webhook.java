package dev.baton.webhook;

import java.net.URI;

/**
 * A service that is asked.
 *
 * @param url where everything is sent to
 * @param secret what both sides sign with; at least 16 characters
 */
public record Webhook(URI url, String secret) {

  @Override
  public String toString() {
    return "Webhook[" + url.getHost() + "]";
  }
}
