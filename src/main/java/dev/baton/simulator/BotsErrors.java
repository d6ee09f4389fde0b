package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Errors as the Bots API writes them: six members, the request's id echoed. */
final class BotsErrors {

  private BotsErrors() {}

  /** Path and request id are not known here; {@link #complete} adds them. */
  static Refusal refuse(int status, String error, String message) {
    return new Refusal(
        Answer.json(status, Json.object().put("error", error).put("message", message)));
  }

  static Answer of(
      Call call, Clock clock, int status, @Nullable String error, @Nullable String message) {
    return complete(
        call,
        clock,
        refuse(
                status,
                error == null ? usual(status) : error,
                message == null ? "scripted fault" : message)
            .answer());
  }

  static Answer complete(Call call, Clock clock, Answer bare) {
    String given = call.header("X-Request-ID");
    String requestId =
        given != null && BotRequest.isUuid(given) ? given : UUID.randomUUID().toString();
    ObjectNode body =
        Json.object()
            .put("status", bare.status())
            .put("path", call.path())
            .put("requestId", requestId);
    if (bare.json() instanceof ObjectNode words) {
      body.setAll(words);
    }
    return Answer.json(bare.status(), body.put("timestamp", clock.millis()))
        .with("X-Request-ID", requestId);
  }

  private static String usual(int status) {
    return switch (status) {
      case 400 -> "BadRequestError";
      case 401 -> "UnauthorizedError";
      case 403 -> "ForbiddenError";
      case 404 -> "NotFoundError";
      case 405 -> "MethodNotAllowedError";
      case 410 -> "NotAvailableError";
      case 422 -> "RequestProcessingException";
      case 423 -> "ServerBusyError";
      case 429 -> "TooManyRequestsError";
      case 503 -> "ServiceUnavailable";
      default -> "NullPointerException";
    };
  }
}
