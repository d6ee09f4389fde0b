package dev.baton.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.baton.bots.Variable;
import dev.baton.conversation.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * A request's JSON object, read by rules of our own and not by those of the application around us:
 * nothing unknown is passed over, and what is wrong is said in words that quote no value.
 */
final class JsonBody {

  /** In bytes. */
  static final int LIMIT = 64 * 1024;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final ObjectReader READER = JSON.readerFor(JsonNode.class);

  private final JsonNode body;

  private JsonBody(JsonNode body) {
    this.body = body;
  }

  /**
   * Reads the body.
   *
   * @param members the members that an object may have
   * @throws Refusal when it is not such an object
   * @throws UnreadableRequestException when it is too large, or not said to be JSON
   */
  static JsonBody read(HttpServletRequest request, Set<String> members) throws IOException {
    JsonNode body = parse(bytes(request));
    if (!body.isObject()) {
      throw invalid("The body is not a JSON object.");
    }
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!members.contains(name)) {
        throw invalid(
            "The member '%s' is not known here; known are %s."
                .formatted(abbreviate(name), String.join(", ", new TreeSet<>(members))));
      }
    }
    return new JsonBody(body);
  }

  /**
   * The body as it came.
   *
   * @throws UnreadableRequestException when it is too large, or not said to be JSON
   */
  static byte[] bytes(HttpServletRequest request) throws IOException {
    checkContentType(request.getContentType());
    byte[] bytes = request.getInputStream().readNBytes(LIMIT + 1);
    if (bytes.length > LIMIT) {
      throw new UnreadableRequestException(
          413, "The body is larger than the %d kB that are accepted.".formatted(LIMIT / 1024));
    }
    return bytes;
  }

  private static void checkContentType(@Nullable String contentType) {
    try {
      if (contentType != null
          && MediaType.APPLICATION_JSON.isCompatibleWith(MediaType.valueOf(contentType))) {
        return;
      }
    } catch (InvalidMediaTypeException e) {
      // Said below.
    }
    throw new UnreadableRequestException(
        415, "Send the body as JSON, with the header Content-Type: application/json.");
  }

  private static String abbreviate(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "…";
  }

  private static JsonNode parse(byte[] bytes) {
    if (bytes.length == 0) {
      throw invalid("The request has no body; send a JSON object.");
    }
    try {
      return READER.readTree(bytes);
    } catch (JacksonException e) {
      // Jackson's own words quote the body.
      throw invalid(
          e.getLocation() == null
              ? "The body is not JSON."
              : "The body is not JSON, or names a member twice: see line %d, column %d."
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    } catch (IOException e) {
      throw invalid("The body is not JSON in UTF-8.");
    }
  }

  /** A member that has to be there. */
  String required(String member) {
    String value = optional(member);
    if (value == null) {
      throw invalid("The member '%s' is missing.".formatted(member));
    }
    return value;
  }

  /** A text that may be absent or null. */
  @Nullable String optional(String member) {
    JsonNode value = body.path(member);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw invalid("The member '%s' is not a string.".formatted(member));
    }
    return value.textValue();
  }

  /** The JSON of an array that may be absent or null. */
  @Nullable String optionalArray(String member) {
    JsonNode value = body.path(member);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isArray()) {
      throw invalid("The member '%s' is not an array.".formatted(member));
    }
    // Such a number is read as infinity, and would be written as a string.
    if (!Variable.hasOnlyDoubles(value)) {
      throw invalid("A number in the member '%s' is too large for a double.".formatted(member));
    }
    return value.toString();
  }

  private static Refusal invalid(String words) {
    return new Refusal(Refusal.Kind.INVALID, words);
  }
}
