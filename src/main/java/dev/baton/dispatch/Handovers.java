package dev.baton.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.bots.Referrer;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.InboxMessage;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Transcript;
import dev.baton.conversation.Transcript.Line;
import dev.baton.conversation.Transcript.Speaker;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.transfer.Handover;
import dev.baton.transfer.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What a target is told of the conversation that it is offered. */
final class Handovers {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Transcript transcript;
  private final Transfers transfers;
  private final Offers offers;

  Handovers(Transcript transcript, Transfers transfers, Offers offers) {
    this.transcript = transcript;
    this.transfers = transfers;
    this.offers = offers;
  }

  Handover of(Conversation conversation) {
    Optional<Transfer> transfer = transfers.latest(conversation.key());
    return of(conversation, transfer, transfer.map(offers::of).orElse(List.of()));
  }

  /**
   * What a target is told in the course of a transfer.
   *
   * @param asked the transfer's offers
   */
  Handover of(Conversation conversation, Optional<Transfer> transfer, List<Attempt> asked) {
    List<Line> said = transcript.all(conversation.key());
    List<JsonNode> bodies = said.stream().map(line -> read(line.body())).toList();
    List<Handover.Line> lines = new ArrayList<>();
    for (int i = 0; i < said.size(); i++) {
      Line line = said.get(i);
      if (line.speaker() != Speaker.BATON) {
        words(bodies.get(i), bodies.subList(0, i))
            .ifPresent(words -> lines.add(new Handover.Line(line.at(), speaker(line), words)));
      }
    }
    return new Handover(
        conversation.key(),
        Objects.requireNonNull(conversation.sessionId()),
        lines,
        context(conversation, transfer, asked));
  }

  /** Nothing fills the summary yet: a place for whoever writes one. */
  private static Handover.Context context(
      Conversation conversation, Optional<Transfer> transfer, List<Attempt> asked) {
    return new Handover.Context(
        conversation.botId(),
        transfer.map(Transfer::escalateId).orElse(null),
        TalkToBot.variables(conversation.variables()),
        null,
        List.of(
            new Referrer(Referrer.BOT, conversation.botId()),
            new Referrer(Referrer.SESSION, Objects.requireNonNull(conversation.sessionId()))),
        tried(asked));
  }

  private static List<Handover.Tried> tried(List<Attempt> asked) {
    List<Handover.Tried> tried = new ArrayList<>();
    for (Attempt attempt : asked) {
      Outcome outcome = attempt.outcome();
      if (outcome != null && outcome != Outcome.ACCEPTED) {
        tried.add(new Handover.Tried(attempt.target(), outcome));
      }
    }
    return tried;
  }

  /** A message of the customer in words: its text, or the label of the choice. */
  String words(String key, InboxMessage message) {
    String text = message.text();
    if (text != null) {
      return text;
    }
    List<JsonNode> bodies = transcript.all(key).stream().map(line -> read(line.body())).toList();
    return label(Objects.requireNonNull(message.choiceId()), bodies);
  }

  private static String speaker(Line line) {
    return line.speaker().name().toLowerCase(Locale.ROOT);
  }

  /** What a person would say was said; empty for what is not for people, such as an escalate. */
  private static Optional<String> words(JsonNode body, List<JsonNode> earlier) {
    if (body.path("text").isTextual()) {
      return Optional.of(body.path("text").asText()).filter(text -> !text.isBlank());
    }
    if (body.path("choices").isArray()) {
      return Optional.of(
          StreamSupport.stream(body.path("choices").spliterator(), false)
              .map(choice -> choice.path("label").asText())
              .collect(Collectors.joining(" | ")));
    }
    if (body.path("choiceId").isTextual()) {
      String id = body.path("choiceId").asText();
      return Optional.of(label(id, earlier));
    }
    return Optional.empty();
  }

  private static String label(String choiceId, List<JsonNode> earlier) {
    for (JsonNode body : earlier) {
      for (JsonNode choice : body.path("choices")) {
        if (choice.path("id").asText().equals(choiceId)) {
          return choice.path("label").asText();
        }
      }
    }
    return choiceId;
  }

  private static JsonNode read(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A line of the transcript cannot be read.", e);
    }
  }
}
