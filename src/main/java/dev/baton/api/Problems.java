package dev.baton.api;

import dev.baton.conversation.Refusal;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Says in words why a channel's request was refused, as RFC 9457 has it. */
@RestControllerAdvice(
    assignableTypes = {
      ConversationController.class,
      ErasureController.class,
      WebhookController.class
    })
final class Problems {

  @ExceptionHandler
  ResponseEntity<ProblemDetail> refused(Refusal refusal) {
    return problem(
        switch (refusal.kind()) {
          case INVALID -> 400;
          case FORBIDDEN -> 403;
          case UNKNOWN -> 404;
          case OVER, UNFINISHED, NOT_MODELLED -> 409;
          case NOT_YET -> 503;
        },
        refusal.getMessage());
  }

  @ExceptionHandler
  ResponseEntity<ProblemDetail> unreadable(UnreadableRequestException e) {
    return problem(e.status(), e.getMessage());
  }

  private static ResponseEntity<ProblemDetail> problem(int status, @Nullable String words) {
    return ResponseEntity.status(status)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(ProblemDetail.forStatusAndDetail(HttpStatusCode.valueOf(status), words));
  }
}
