package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.baton.bots.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OfferTest {

  private static final Target TARGET = new Target("acme:desk", "front");

  @Test
  void nothingThatACustomerSaidReachesALogThroughToString() {
    Handover.Line line = new Handover.Line(Instant.EPOCH, "Customer", "my iban");
    Handover handover = new Handover("c1", "s1", List.of(line));

    assertThat(line.toString()).contains("Customer").doesNotContain("iban");
    assertThat(new Offer("k", TARGET, handover).toString())
        .contains("c1", "s1", "1 lines")
        .doesNotContain("iban");
    assertThat(new HeldMessage("m1", "my iban").toString()).contains("m1").doesNotContain("iban");
  }

  @Test
  void aKeyThatCannotNameAnythingOrThatTargetsCannotStoreIsRefused() {
    Handover handover = new Handover("c1", "s1", List.of());

    assertThat(new Offer("k".repeat(200), TARGET, handover).key()).hasSize(200);
    assertThatIllegalArgumentException().isThrownBy(() -> new Offer(" ", TARGET, handover));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Offer("k".repeat(201), TARGET, handover));
  }

  @Test
  void aMessageThatCannotBeFoundAgainIsRefused() {
    assertThat(new HeldMessage("m".repeat(255), "x").id()).hasSize(255);
    assertThatIllegalArgumentException().isThrownBy(() -> new HeldMessage("", "x"));
    assertThatIllegalArgumentException().isThrownBy(() -> new HeldMessage("m".repeat(256), "x"));
  }

  @Test
  void theTranscriptCannotChangeAfterTheHandover() {
    List<Handover.Line> lines = new ArrayList<>();
    Handover handover = new Handover("c1", "s1", lines);
    lines.add(new Handover.Line(Instant.EPOCH, "Bot", "hi"));

    assertThat(handover.transcript()).isEmpty();
  }

  @Test
  void aTargetThatCannotBeAskedNeedsNoDetail() {
    assertThat(new Availability.Unavailable(Outcome.NO_AGENT).detail()).isNull();
  }

  @Test
  void theFirstKindThatServesATargetIsTaken() {
    TargetKind desk = new OneType("acme:desk");
    TargetKind secondDesk = new OneType("acme:desk");
    TargetKinds kinds = new TargetKinds(List.of(new OneType("acme:door"), desk, secondDesk));

    assertThat(kinds.of(TARGET)).containsSame(desk);
    assertThat(kinds.of(new Target("acme:window", "front"))).isEmpty();
  }

  /** Serves one type and can do nothing else. */
  private record OneType(String type) implements TargetKind {

    @Override
    public boolean serves(Target target) {
      return target.type().equals(type);
    }

    @Override
    public CompletableFuture<Availability> availability(Target target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<String> offer(Offer offer) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Optional<String>> find(Offer offer) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> release(PlacedOffer offer) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Map<String, OfferStatus>> status(List<PlacedOffer> offers) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<OfferStatus> withdraw(PlacedOffer offer) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> deliver(
        PlacedOffer offer, HeldMessage message, boolean repeated) {
      throw new UnsupportedOperationException();
    }
  }
}
