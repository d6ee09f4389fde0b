package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import dev.baton.bots.Target;
import dev.baton.transfer.Handover.Context;
import dev.baton.transfer.Handover.Line;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

class RedactedKindTest {

  private static final Target QUEUE = new Target(Target.QUEUE, "00Gxx0000012345EAA");

  private final TargetKind kind = mock(TargetKind.class, call -> new CompletableFuture<>());

  @Test
  void theKindSeesNeitherInAnOfferNorInASearchWhatIsRedacted() {
    TargetKind redacted =
        new RedactedKind(
            kind, Redaction.dropping(Map.of(Target.QUEUE, Set.of(Redaction.Part.TRANSCRIPT))));
    Handover whole =
        new Handover(
            "c1", "s1", List.of(new Line(Instant.EPOCH, "customer", "my iban")), Context.NONE);
    Offer offer = new Offer("offer-1", QUEUE, whole);

    assertThat(redacted.offer(offer)).isNotDone();
    assertThat(redacted.find(offer)).isNotDone();

    ArgumentCaptor<Offer> seen = ArgumentCaptor.forClass(Offer.class);
    verify(kind).offer(seen.capture());
    verify(kind).find(seen.capture());
    assertThat(seen.getAllValues())
        .allSatisfy(shown -> assertThat(shown.handover().transcript()).isEmpty())
        .extracting(Offer::key)
        .containsOnly("offer-1");
  }
}
