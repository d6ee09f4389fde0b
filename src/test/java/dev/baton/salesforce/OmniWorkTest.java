package dev.baton.salesforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OmniWorkTest {

  private static final OfferStatus WAITING = new OfferStatus.Waiting();
  private static final OfferStatus ACCEPTED = new OfferStatus.Accepted("005A");

  private static JsonNode work(String status) {
    return work(status, null);
  }

  private static JsonNode work(String status, @Nullable String acceptedAt) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("Status", status)
        .put("UserId", "005A")
        .put("AcceptDateTime", acceptedAt);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anOpenedItemIsAcceptedWhateverTheWaitingLineSays(boolean pending) {
    assertThat(OmniWork.status(List.of(work("Opened")), pending)).isEqualTo(ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Closed", "Transferred"})
  void anAgentWhoWasDoneBeforeWeLookedHasAccepted(String status) {
    assertThat(OmniWork.status(List.of(work(status, "2026-03-01T12:00:00.000+0000")), false))
        .isEqualTo(ACCEPTED);
  }

  @Test
  void aDeclineBeforeTheAcceptanceDoesNotHideIt() {
    List<JsonNode> newestFirst =
        List.of(work("Opened"), work("Declined"), work("DeclinedOnPushTimeout"));

    assertThat(OmniWork.status(newestFirst, false)).isEqualTo(ACCEPTED);
  }

  @Test
  void anOlderAcceptanceCountsAlthoughTheWorkWentOn() {
    List<JsonNode> newestFirst =
        List.of(work("Declined"), work("Transferred", "2026-03-01T12:00:00.000+0000"));

    assertThat(OmniWork.status(newestFirst, false)).isEqualTo(ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Assigned",
        "Declined",
        "DeclinedOnPushTimeout",
        "Unavailable",
        "Canceled",
        "Closed",
        "Transferred",
        "SomethingNew"
      })
  void whatIsStillInTheWaitingLineWaits(String status) {
    assertThat(OmniWork.status(List.of(work(status)), true)).isEqualTo(WAITING);
  }

  @ParameterizedTest
  @CsvSource({
    "Declined,DECLINED",
    "DeclinedOnPushTimeout,DECLINED",
    "Unavailable,NO_AGENT",
    "Canceled,CANCELLED",
    "Closed,CANCELLED"
  })
  void whatLeftTheWaitingLineUnacceptedIsRefused(String status, Outcome outcome) {
    assertThat(OmniWork.status(List.of(work(status)), false))
        .isEqualTo(new OfferStatus.Refused(outcome));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Assigned", "Transferred", "SomethingNew", ""})
  void whatCannotBeToldForCertainWaits(String status) {
    assertThat(OmniWork.status(List.of(work(status)), false)).isEqualTo(WAITING);
  }

  @Test
  void anItemThatRingsAgainAfterADeclineWaits() {
    assertThat(OmniWork.status(List.of(work("Assigned"), work("Declined")), false))
        .isEqualTo(WAITING);
  }

  @Test
  void theNewestRowDecidesAmongRefusals() {
    assertThat(OmniWork.status(List.of(work("Unavailable"), work("Declined")), false))
        .isEqualTo(new OfferStatus.Refused(Outcome.NO_AGENT));
  }

  @Test
  void anItemThatSalesforceHasNotRoutedYetIsNotRefused() {
    assertThat(OmniWork.status(List.of(), false)).isEqualTo(WAITING);
    assertThat(OmniWork.status(List.of(), true)).isEqualTo(WAITING);
  }

  @Test
  void whoAcceptedMayStayUnknown() {
    JsonNode row = JsonNodeFactory.instance.objectNode().put("Status", "Opened").put("UserId", "");

    assertThat(OmniWork.status(List.of(row), false)).isEqualTo(new OfferStatus.Accepted(null));
  }
}
