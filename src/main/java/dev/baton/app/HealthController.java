package dev.baton.app;

import dev.baton.autoconfigure.Readiness;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers load balancers and container engines, which have no credentials: yes or no, no more. */
@RestController
final class HealthController {

  static final String LIVE = "/health/live";
  static final String READY = "/health/ready";

  private final Readiness readiness;

  HealthController(Readiness readiness) {
    this.readiness = readiness;
  }

  /** A process that answers at all lives; what it needs from others is not its own fault. */
  @GetMapping(path = LIVE, produces = MediaType.TEXT_PLAIN_VALUE)
  String live() {
    return "live";
  }

  @GetMapping(path = READY, produces = MediaType.TEXT_PLAIN_VALUE)
  ResponseEntity<String> ready() {
    return readiness.isReady()
        ? ResponseEntity.ok("ready")
        : ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body("not ready");
  }
}
