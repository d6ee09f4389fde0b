package dev.baton.autoconfigure;

import dev.baton.access.LoginThrottle;
import dev.baton.api.AnswerLimit;
import dev.baton.api.ChannelApiConfiguration;
import dev.baton.api.EventLimits;
import dev.baton.api.OfferNews;
import dev.baton.conversation.Reception;
import dev.baton.dispatch.Dispatch;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The REST interface for channels, where {@code baton.api.enabled} asks for it. */
@AutoConfiguration(afterName = "dev.baton.autoconfigure.BatonAutoConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnProperty(name = "baton.api.enabled", havingValue = "true")
@ConditionalOnBean(Reception.class)
@Import({ChannelApiConfiguration.class, ApiGateConfiguration.class})
public class ChannelApiAutoConfiguration {

  private static final int LOGINS_PER_MINUTE = 30;

  @Bean
  AnswerLimit batonAnswerLimit(BatonProperties properties) {
    return new AnswerLimit(properties.api().answerLimit());
  }

  @Bean
  OfferNews batonOfferNews(Dispatch dispatch) {
    return dispatch::told;
  }

  @Bean
  EventLimits batonEventLimits(BatonProperties properties) {
    return new EventLimits(properties.api().eventStreams(), properties.api().eventHeartbeat());
  }

  @Bean
  @ConditionalOnMissingBean
  LoginThrottle batonLoginThrottle() {
    return new LoginThrottle(LOGINS_PER_MINUTE);
  }
}
