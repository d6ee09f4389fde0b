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
   * Refuses what web servers and {@code StrictHttpFirewall} do not let through in a path, encoded
   * or not: the conversation would begin and no request could address it.
   */
  static String addressable(String member, String value) {
    boolean refused =
        value.codePoints().anyMatch(c -> "/\\;%".indexOf(c) >= 0 || isControl(c))
            || List.of(".", "..").contains(value);
    if (refused) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          ("The %s becomes part of an address: it must not contain / or \\ or ; or %% or control"
                  + " characters, and not be . or ..")
              .formatted(member));
    }
    return value;
  }

  /** Among them U+2028 and U+2029, which separate lines and paragraphs. */
  private static boolean isControl(int c) {
    return Character.isISOControl(c) || c == 0x2028 || c == 0x2029;
  }
}
