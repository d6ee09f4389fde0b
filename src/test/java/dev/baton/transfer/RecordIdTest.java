package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordIdTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00Dxx0000006GprEAE",
        "0Xxxx0000000001CAA",
        "1M5xx000000000BCAQ",
        "00Dx0000000ALskEAG",
        "0X9SB00000006wf0AA",
        "0XxSB00000006rp0AA",
        "00DSB0000001ThY2AU",
        "0X9RM0000004CD00AM",
        "0XxSB00000007UX0AY"
      })
  void realIdsAreTheSameInAllTheirSpellings(String id) {
    assertThat(RecordId.canonical(id)).contains(id);
    assertThat(RecordId.canonical(id.substring(0, 15))).contains(id);
    assertThat(RecordId.canonical(id.toLowerCase(Locale.ROOT))).contains(id);
    assertThat(RecordId.canonical(id.toUpperCase(Locale.ROOT))).contains(id);
  }

  @Test
  void shortIdsThatDifferInCaseStayDifferent() {
    assertThat(RecordId.canonical("00Gxx0000012abc"))
        .isNotEqualTo(RecordId.canonical("00Gxx0000012abC"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00G",
        "00Gxx0000012345E",
        "00Gxx0000012345EAAA",
        "00Gxx000001234'",
        "00Gxx00000123 5",
        "00Gxx000001234é",
        "00Gxx0000012345FAA",
        "00Gxx0000012345E9A",
        "00Gxx0000012345EAB"
      })
  void whatIsNoIdIsRefused(String text) {
    assertThat(RecordId.canonical(text)).isEmpty();
  }
}
