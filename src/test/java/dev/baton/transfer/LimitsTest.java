package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LimitsTest {

  private static final Instant ESCALATED = Instant.parse("2026-03-02T12:00:00Z");
  private static final Duration LONG = Duration.ofHours(1);

  private final Limits limits = new Limits(Duration.ofMinutes(2), Duration.ofSeconds(20));

  @Test
  void roundsShareWhatIsLeftAndUnusedSecondsPassOn() {
    assertThat(patience(0, null, LONG, 2)).isEqualTo(50);
    assertThat(patience(10, null, LONG, 1)).isEqualTo(90);
  }

  @Test
  void aLongShareIsCut() {
    assertThat(patience(0, null, Duration.ofSeconds(30), 1)).isEqualTo(30);
  }

  @Test
  void aWishIsKeptAsFarAsTheDeadlineAllows() {
    assertThat(patience(0, Duration.ofSeconds(80), LONG, 2)).isEqualTo(80);
    assertThat(patience(0, Duration.ofMinutes(5), LONG, 2)).isEqualTo(100);
  }

  @Test
  void nobodyIsAskedWhenTimeIsUp() {
    assertThat(patience(100, null, LONG, 1)).isEqualTo(-1);
    assertThat(patience(500, Duration.ofSeconds(5), LONG, 1)).isEqualTo(-1);
  }

  @Test
  void aShortDeadlineIsForTargetsToo() {
    Limits quick = new Limits(Duration.ofSeconds(8), Duration.ofSeconds(20));
    assertThat(quick.reserve()).isEqualTo(Duration.ofSeconds(2));
    assertThat(quick.withdrawal()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void whateverTheRoundsDoTimeIsLeftToTellTheBot() {
    Random random = new Random(7);
    for (int i = 0; i < 1000; i++) {
      Limits any =
          new Limits(
              Duration.ofSeconds(4 + random.nextInt(600)), Duration.ofSeconds(random.nextInt(60)));
      int rounds = 1 + random.nextInt(6);
      Instant now = ESCALATED;
      for (int left = rounds; left > 0; left--) {
        Duration wish = random.nextBoolean() ? null : Duration.ofSeconds(random.nextInt(900));
        now =
            any.patience(ESCALATED, now, wish, LONG, left)
                .map(now::plus)
                .map(over -> over.plus(any.withdrawal()))
                .orElse(now);
      }
      Instant latest = ESCALATED.plus(any.deadline()).minus(any.reserve().minus(any.withdrawal()));
      assertThat(now).isBeforeOrEqualTo(latest);
    }
  }

  /** In seconds; -1 for nobody. */
  private long patience(int secondsGone, @Nullable Duration wished, Duration most, int roundsLeft) {
    return limits
        .patience(ESCALATED, ESCALATED.plusSeconds(secondsGone), wished, most, roundsLeft)
        .map(Duration::toSeconds)
        .orElse(-1L);
  }
}
