package dev.baton.api;

import dev.baton.conversation.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.web.util.UriUtils;

/** The addresses of conversations and messages; their keys are parts of a path. */
final class Address {

  private Address() {}

  /** The address of a conversation. */
  static URI ofConversation(HttpServletRequest request, String key) {
    return URI.create(request.getContextPath() + ConversationController.PATH + "/" + encode(key));
  }

  /** The address of a message's answer. */
  static URI ofMessage(HttpServletRequest request, String key, String id) {
    return URI.create(ofConversation(request, key) + "/messages/" + encode(id));
  }

  /** Everything but letters, digits and -._~: a semicolon would begin a path parameter. */
  private static String encode(String part) {
    return UriUtils.encode(part, StandardCharsets.UTF_8);
  }

  /**
   * Refuses what web servers do not let through in a path, encoded or not: the conversation would
   * be begun and then never found again.
   */
  static String addressable(String member, String value) {
    boolean slash = value.indexOf('/') >= 0 || value.indexOf('\\') >= 0;
    boolean control = value.chars().anyMatch(Character::isISOControl);
    if (slash || control || List.of(".", "..").contains(value)) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "The %s becomes part of an address: it must not contain / or \\ or control characters,"
                  .formatted(member)
              + " and not be . or ..");
    }
    return value;
  }
}
