package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.bots.Target;
import dev.baton.transfer.Handover.Context;
import dev.baton.transfer.Handover.Line;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RedactedKindTest {

  private static final Target QUEUE = new Target(Target.QUEUE, "00Gxx0000012345EAA");

  private final List<Offer> seen = new ArrayList<>();
  private final TargetKind kind =
      (TargetKind)
          Proxy.newProxyInstance(
              TargetKind.class.getClassLoader(),
              new Class<?>[] {TargetKind.class},
              (proxy, method, arguments) -> {
                seen.add((Offer) arguments[0]);
                return new CompletableFuture<>();
              });

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

    assertThat(seen).hasSize(2);
    assertThat(seen).allSatisfy(o -> assertThat(o.handover().transcript()).isEmpty());
    assertThat(seen).extracting(Offer::key).containsOnly("offer-1");
  }
}
