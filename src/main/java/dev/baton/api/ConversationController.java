package dev.baton.api;

import dev.baton.conversation.CustomerMessage;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Refusal;
import dev.baton.conversation.Rights;
import dev.baton.conversation.Rights.Right;
import dev.baton.conversation.Token;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** The REST interface for channels. What a request brought is committed before it is answered. */
@RestController
@RequestMapping(path = ConversationController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
final class ConversationController {

  static final String PATH = "/api/conversations";

  private static final Set<String> BEGIN = Set.of("key", "botId", "text", "variables");
  private static final Set<String> MESSAGE = Set.of("id", "text", "choiceId");
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private final Reception reception;
  private final Views views;
  private final Answers answers;
  private final EventStreams events;
  private final Rights rights;

  ConversationController(
      Reception reception, Views views, Answers answers, EventStreams events, Rights rights) {
    this.reception = reception;
    this.views = views;
    this.answers = answers;
    this.events = events;
    this.rights = rights;
  }

  @PostMapping
  DeferredResult<ResponseEntity<Greeting>> begin(HttpServletRequest request) throws IOException {
    rights.require(Right.READ);
    JsonBody body = JsonBody.read(request, BEGIN);
    String key = Address.addressable("key", body.required("key"));
    Token.Opening opening =
        new Token.Opening(
            body.optional("botId"), body.optional("text"), body.optionalArray("variables"));
    Reception.Begun begun = reception.begin(key, opening);
    if (!begun.isNew()) {
      // The engine has checked this only if a process started.
      rights.require(Right.BEGIN);
    }
    URI location = Address.ofConversation(request, key);
    return later(
        answers
            .await(
                key,
                begun.greeting().thenApply(reply -> reply.map(said -> Greeting.of(key, said))),
                () -> views.greeting(key),
                Greeting::pending)
            .thenApply(
                greeting ->
                    ResponseEntity.status(status(begun.isNew(), greeting.pending()))
                        .location(location)
                        .body(greeting)));
  }

  private static HttpStatus status(boolean begun, boolean pending) {
    if (pending) {
      return HttpStatus.ACCEPTED;
    }
    return begun ? HttpStatus.CREATED : HttpStatus.OK;
  }

  @PostMapping("/{key}/messages")
  DeferredResult<ResponseEntity<Turn>> say(HttpServletRequest request, @PathVariable String key)
      throws IOException {
    rights.require(Right.WRITE, Right.READ);
    JsonBody body = JsonBody.read(request, MESSAGE);
    String id = Address.addressable("id", body.required("id"));
    Reception.Accepted accepted =
        reception.receive(
            key, new CustomerMessage(id, body.optional("text"), body.optional("choiceId")));
    URI location = Address.ofMessage(request, key, id);
    return later(
        answers
            .await(
                key,
                accepted.reply().thenApply(reply -> reply.map(Turn::of)),
                () -> views.turn(key, id),
                Turn::pending)
            .thenApply(turn -> answer(turn, location)));
  }

  @GetMapping("/{key}/messages/{id}")
  ResponseEntity<Turn> answer(
      HttpServletRequest request, @PathVariable String key, @PathVariable String id) {
    rights.require(Right.READ);
    return answer(views.turn(key, id), Address.ofMessage(request, key, id));
  }

  private static ResponseEntity<Turn> answer(Turn turn, URI location) {
    return turn.pending()
        ? ResponseEntity.accepted()
            .location(location)
            .header(HttpHeaders.RETRY_AFTER, "1")
            .body(turn)
        : ResponseEntity.ok(turn);
  }

  @GetMapping("/{key}")
  ConversationView conversation(@PathVariable String key) {
    rights.require(Right.READ);
    return views.conversationView(key);
  }

  /**
   * Follows the conversation, from its beginning or from after the event that the header, or for
   * clients that cannot set one the parameter, names.
   */
  @GetMapping(path = "/{key}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  void events(
      HttpServletRequest request,
      HttpServletResponse response,
      @PathVariable String key,
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String header,
      @RequestParam(name = "lastEventId", required = false) @Nullable String parameter)
      throws IOException {
    rights.require(Right.READ);
    // A client that comes back repeats its first address: what it says in the header is newer.
    long last = eventId(StringUtils.hasText(header) ? header : parameter);
    if (events.nothingAfter(key, last)) {
      // Tells an EventSource not to come back.
      response.setStatus(HttpStatus.NO_CONTENT.value());
      return;
    }
    response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
    response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    // nginx would keep the events until its buffer is full.
    response.setHeader("X-Accel-Buffering", "no");
    if (!request.getMethod().equals("HEAD")) {
      events.open(request, response, key, last);
    }
  }

  private static long eventId(@Nullable String text) {
    if (!StringUtils.hasText(text)) {
      return 0;
    }
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "The last event's id is not the id of an event: those are numbers.");
    }
  }

  @DeleteMapping("/{key}")
  ResponseEntity<Void> leave(@PathVariable String key) {
    rights.require(Right.WRITE);
    reception.leave(key);
    return ResponseEntity.noContent().build();
  }

  @DeleteMapping("/{key}/transfer")
  ResponseEntity<Void> cancelTransfer(@PathVariable String key) {
    rights.require(Right.WRITE);
    reception.cancelTransfer(key);
    return ResponseEntity.noContent().build();
  }

  /** With a time limit of its own: the server's default may be shorter than the answer's limit. */
  @SuppressWarnings("FutureReturnValueIgnored") // Both its ends go to the result.
  private <T> DeferredResult<ResponseEntity<T>> later(
      CompletableFuture<ResponseEntity<T>> response) {
    DeferredResult<ResponseEntity<T>> result =
        new DeferredResult<>(answers.limit().plus(MARGIN).toMillis());
    response.whenComplete(
        (value, failure) -> {
          if (failure == null) {
            result.setResult(value);
          } else {
            result.setErrorResult(
                failure instanceof CompletionException e ? e.getCause() : failure);
          }
        });
    return result;
  }
}
