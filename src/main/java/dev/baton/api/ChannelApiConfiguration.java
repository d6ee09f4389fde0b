package dev.baton.api;

import dev.baton.conversation.Changes;
import dev.baton.conversation.ChangesElsewhere;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Erasure;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Rights;
import dev.baton.conversation.Transcript;
import dev.baton.conversation.Transfers;
import dev.baton.webhook.WebhookNews;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans of the REST interface for channels; the way into this package. */
@Configuration(proxyBeanMethods = false)
public class ChannelApiConfiguration {

  /** The servlet patterns of all addresses of this package. */
  public static final List<String> ADDRESSES =
      List.of("/api/conversations", "/api/conversations/*", "/api/openapi", "/api/targets/*");

  /** The pattern of the addresses, for POST, that verify a signature and need no credentials. */
  public static final String SIGNED = "/api/targets/webhook/{name}";

  /** Each takes a connection while it reads. */
  private static final int READERS = 2;

  @Bean
  ConversationController batonConversationController(
      Reception reception, Views views, Answers answers, EventStreams events, Rights rights) {
    return new ConversationController(reception, views, answers, events, rights);
  }

  @Bean
  ErasureController batonErasureController(Erasure erasure, Rights rights) {
    return new ErasureController(erasure, rights);
  }

  @Bean
  Problems batonProblems() {
    return new Problems();
  }

  @Bean
  Views batonViews(
      Conversations conversations,
      Inbox inbox,
      Transcript transcript,
      Transfers transfers,
      Offers offers,
      Orders orders) {
    return new Views(conversations, inbox, transcript, transfers, offers, orders);
  }

  @Bean
  Readers batonReaders() {
    return new Readers(READERS);
  }

  @Bean
  Answers batonAnswers(Changes changes, AnswerLimit limit, Readers readers) {
    return new Answers(changes, limit.limit(), readers);
  }

  @Bean
  EventStreams batonEventStreams(
      Conversations conversations,
      Transcript transcript,
      Changes changes,
      EventLimits limits,
      Readers readers) {
    return new EventStreams(conversations, transcript, changes, limits, readers);
  }

  @Bean
  Elsewhere batonElsewhere(ChangesElsewhere changes) {
    return new Elsewhere(changes);
  }

  @Bean
  @ConditionalOnBean(WebhookNews.class)
  WebhookController batonWebhookController(WebhookNews webhooks, OfferNews offers) {
    return new WebhookController(webhooks, offers);
  }

  @Bean
  DescriptionController batonDescriptionController() {
    return new DescriptionController();
  }
}
