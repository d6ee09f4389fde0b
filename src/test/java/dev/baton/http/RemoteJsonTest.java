package dev.baton.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RemoteJsonTest {

  private static final ObjectMapper JSON = new ObjectMapper(RemoteJson.FACTORY);

  static Stream<Arguments> limits() {
    return Stream.of(
        Arguments.of("depth", RemoteJson.MAX_DEPTH, of(n -> "[".repeat(n) + "]".repeat(n))),
        Arguments.of("digits", RemoteJson.MAX_NUMBER_LENGTH, of("9"::repeat)),
        Arguments.of("decimals", RemoteJson.MAX_NUMBER_LENGTH, of(n -> "0." + "1".repeat(n - 1))),
        Arguments.of("string", RemoteJson.MAX_STRING_LENGTH, of(n -> '"' + "x".repeat(n) + '"')),
        Arguments.of("name", RemoteJson.MAX_NAME_LENGTH, of(n -> "{\"" + "x".repeat(n) + "\":1}")),
        Arguments.of(
            "tokens", RemoteJson.MAX_TOKEN_COUNT, of(n -> "[1" + ",1".repeat(n - 3) + "]")));
  }

  private interface Text {
    String of(int size);
  }

  private static Text of(Text text) {
    return text;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("limits")
  void readsUpToTheLimitAndNoFurther(String what, int limit, Text text) throws Exception {
    assertThat(JSON.readTree(text.of(limit).getBytes(UTF_8))).as(what).isNotNull();
    assertThatThrownBy(() -> JSON.readTree(text.of(2 * limit).getBytes(UTF_8)))
        .isInstanceOf(StreamConstraintsException.class);
  }
}
