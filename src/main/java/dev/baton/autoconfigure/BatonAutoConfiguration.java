package dev.baton.autoconfigure;

import dev.baton.bots.BotsClient;
import dev.baton.conversation.BotSessions;
import dev.baton.conversation.Changes;
import dev.baton.conversation.ChangesElsewhere;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Erasure;
import dev.baton.conversation.Greetings;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.Node;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Retention;
import dev.baton.conversation.Rounds;
import dev.baton.conversation.Schema;
import dev.baton.conversation.Token;
import dev.baton.conversation.Transcript;
import dev.baton.conversation.Transfers;
import dev.baton.conversation.Turns;
import dev.baton.conversation.Writes;
import dev.baton.dispatch.Dispatch;
import dev.baton.dispatch.GateSettings;
import dev.baton.dispatch.Gates;
import dev.baton.dispatch.RetryPolicy;
import dev.baton.dispatch.TransferSettings;
import dev.baton.engine.EngineHistory;
import dev.baton.engine.EngineToken;
import dev.baton.engine.Planner;
import dev.baton.engine.RoundOffers;
import dev.baton.engine.Steps;
import dev.baton.engine.TokenEvents;
import dev.baton.engine.TransferSteps;
import dev.baton.engine.plugin.BatonEnginePlugin;
import dev.baton.engine.plugin.DeployedTables;
import dev.baton.engine.plugin.EngineMoves;
import dev.baton.engine.plugin.EngineRights;
import dev.baton.engine.plugin.Timers;
import dev.baton.http.HttpCaller;
import dev.baton.http.TimeLimits;
import dev.baton.oauth.TokenSource;
import dev.baton.oauth.TokenSources;
import dev.baton.salesforce.SalesforceClient;
import dev.baton.salesforce.SalesforceTarget;
import dev.baton.transfer.Redaction;
import dev.baton.transfer.TargetKind;
import dev.baton.transfer.TargetKinds;
import dev.baton.webhook.WebhookNews;
import dev.baton.webhook.WebhookTarget;
import java.time.Clock;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.camunda.bpm.engine.ExternalTaskService;
import org.camunda.bpm.engine.HistoryService;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.RuntimeService;
import org.camunda.bpm.engine.delegate.ExecutionListener;
import org.camunda.bpm.engine.delegate.JavaDelegate;
import org.camunda.bpm.engine.spring.SpringProcessEngineConfiguration;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.function.SingletonSupplier;

/** Puts Baton beside the process engine of a Spring Boot application. */
@AutoConfiguration(after = BatonPropertiesAutoConfiguration.class)
public class BatonAutoConfiguration {

  /** More than the gates let through: nobody waits for a connection until that fails. */
  private static final int CONNECTIONS_PER_HOST = 10_000;

  private static final int WORKERS = 4;
  private static final int MAX_FAILURES_IN_A_ROW = 3;

  /** The engine's own database, with Baton's tables in it. */
  record Database(Writes writes, PlatformTransactionManager transactionManager, boolean isH2) {}

  /** Asks the engine once it is built: before that its configuration has no database yet. */
  @Bean
  Database batonDatabase(ProcessEngine engine) {
    if (!(engine.getProcessEngineConfiguration()
        instanceof SpringProcessEngineConfiguration configuration)) {
      throw new IllegalStateException("Baton needs an engine that Spring manages.");
    }
    Schema.migrate(configuration.getDataSource());
    boolean isH2 = Schema.isH2(configuration.getDataSource());
    return new Database(
        new Writes(JdbcClient.create(plain(configuration.getDataSource())), isH2),
        configuration.getTransactionManager(),
        isH2);
  }

  /**
   * The engine needs to be told of Spring's transactions, by reflection at every call; Spring's own
   * templates do not.
   */
  private static DataSource plain(DataSource source) {
    DataSource target =
        source instanceof TransactionAwareDataSourceProxy proxy
            ? proxy.getTargetDataSource()
            : null;
    return target == null ? source : target;
  }

  @Bean
  Node batonNode(Database database) {
    return new Node(database.writes());
  }

  @Bean
  Changes batonChanges() {
    return new Changes();
  }

  @Bean
  Conversations batonConversations(Database database, Transcript transcript) {
    return new Conversations(
        database.writes(),
        database.isH2(),
        transcript,
        database.transactionManager(),
        EngineToken::isConflict);
  }

  @Bean
  Inbox batonInbox(Database database) {
    return new Inbox(database.writes());
  }

  @Bean
  Transcript batonTranscript(Database database, Changes changes) {
    return new Transcript(database.writes(), changes);
  }

  @Bean
  ChangesElsewhere batonChangesElsewhere(Database database, Changes changes) {
    return new ChangesElsewhere(database.writes(), changes);
  }

  @Bean
  Transfers batonTransfers(Database database, Transcript transcript) {
    return new Transfers(database.writes(), transcript);
  }

  @Bean
  Offers batonOffers(Database database, Node node, Transcript transcript) {
    return new Offers(database.writes(), node, transcript);
  }

  @Bean
  BotSessions batonBotSessions(Database database) {
    return new BotSessions(database.writes());
  }

  @Bean
  Orders batonOrders(
      Database database,
      Conversations conversations,
      Node node,
      ObjectProvider<Dispatch> dispatch) {
    // Looking a bean up at every order would cost more than some of what is done for it.
    Supplier<Dispatch> known = SingletonSupplier.of(dispatch::getObject);
    return new Orders(database.writes(), conversations, node, order -> known.get().submit(order));
  }

  @Bean
  Turns batonTurns(
      Database database,
      Node node,
      Conversations conversations,
      Inbox inbox,
      Transcript transcript,
      Orders orders,
      Token token,
      ObjectProvider<Dispatch> dispatch) {
    // Looking a bean up at every turn would cost more than some of what the turn does.
    Supplier<Dispatch> known = SingletonSupplier.of(dispatch::getObject);
    return new Turns(
        database.writes(),
        database.isH2(),
        node,
        EngineToken.SUSPENDED,
        conversations,
        inbox,
        transcript,
        orders,
        token,
        turn -> known.get().submit(turn));
  }

  @Bean
  Planner batonPlanner(Transfers transfers, Offers offers, BatonProperties properties) {
    BatonProperties.Transfer transfer = properties.transfer();
    return new Planner(
        transfers,
        offers,
        new DeployedTables(),
        new Planner.Defaults(transfer.strategy(), transfer.deadline(), transfer.reserve()),
        Clock.systemUTC());
  }

  @Bean
  Rounds batonRounds(Transfers transfers, Offers offers, BatonProperties properties) {
    return new Rounds(transfers, offers, properties.transfer().patience());
  }

  @Bean
  Greetings batonGreetings() {
    return new Greetings();
  }

  @Bean
  Retention batonRetention(
      Database database, Conversations conversations, BatonProperties properties) {
    return new Retention(database.writes(), conversations, properties.conversation().keep());
  }

  @Bean
  CleanUp batonCleanUp(Retention retention) {
    return new CleanUp(retention);
  }

  @Bean
  Erasure batonErasure(
      Database database, Conversations conversations, HistoryService history, EngineRights rights) {
    return new Erasure(
        database.writes(), conversations, new EngineHistory(history, rights::onBatonsAccount));
  }

  @Bean
  EngineRights batonRights(ProcessEngine engine) {
    return new EngineRights(engine);
  }

  @Bean
  Token batonToken(
      ProcessEngine engine,
      RuntimeService runtime,
      ExternalTaskService tasks,
      EngineRights rights) {
    return new EngineToken(runtime, tasks, new EngineMoves(engine), rights::onBatonsAccount);
  }

  @Bean
  Reception batonReception(
      Conversations conversations,
      Inbox inbox,
      Transcript transcript,
      Transfers transfers,
      Offers offers,
      BotSessions sessions,
      Turns turns,
      Greetings greetings,
      Token token,
      Changes changes) {
    return new Reception(
        conversations,
        inbox,
        transcript,
        transfers,
        offers,
        sessions,
        turns,
        greetings,
        token,
        changes);
  }

  @Bean
  @Order(Ordered.LOWEST_PRECEDENCE)
  BatonEnginePlugin batonEnginePlugin(
      ObjectProvider<TokenEvents> events, BeanFactory beans, BatonProperties properties) {
    return new BatonEnginePlugin(
        SingletonSupplier.of(events::getObject),
        beans::containsBean,
        properties.library().deploy());
  }

  @Bean
  TokenEvents batonTokenEvents(
      Reception reception,
      Conversations conversations,
      Inbox inbox,
      Orders orders,
      Turns turns,
      Transfers transfers,
      Offers offers,
      TargetKinds kinds,
      BatonProperties properties) {
    return new TokenEvents(
        reception,
        conversations,
        inbox,
        orders,
        turns,
        transfers,
        offers,
        kinds,
        properties.transfer().variables().any());
  }

  @Bean
  Steps batonSteps(
      Conversations conversations,
      Reception reception,
      Inbox inbox,
      Org org,
      BatonProperties properties) {
    return new Steps(
        conversations,
        reception,
        inbox,
        new Steps.Defaults(org.botId(), properties.conversation().silence()));
  }

  @Bean
  TransferSteps batonTransferSteps(
      Conversations conversations,
      Transfers transfers,
      Offers offers,
      Planner planner,
      Rounds rounds) {
    return new TransferSteps(conversations, transfers, offers, planner, rounds);
  }

  // What the processes in bpmn/ call, by name.

  @Bean
  JavaDelegate batonOpenConversation(Steps steps) {
    return steps.openConversation();
  }

  @Bean
  JavaDelegate batonTakeNextMessage(Steps steps) {
    return steps.takeNextMessage();
  }

  @Bean
  JavaDelegate batonTakeUpEscalation(TransferSteps steps) {
    return steps.takeUpEscalation();
  }

  @Bean
  JavaDelegate batonApplyRoutingPolicy(TransferSteps steps) {
    return steps.applyPolicy();
  }

  @Bean
  JavaDelegate batonChooseNextRound(TransferSteps steps) {
    return steps.chooseNextRound();
  }

  @Bean
  RoundOffers batonRoundOffers(TransferSteps steps) {
    return new RoundOffers(steps);
  }

  @Bean
  JavaDelegate batonHoldMessage(Steps steps) {
    return steps.holdMessage();
  }

  @Bean
  JavaDelegate batonPassOnLeave(Steps steps) {
    return steps.passOnLeave();
  }

  @Bean
  JavaDelegate batonCancelTransfer(Steps steps) {
    return steps.cancelTransfer();
  }

  @Bean
  ExecutionListener batonCustomerSilent(Steps steps) {
    return steps.customerSilent();
  }

  // The org.

  @Bean
  @ConditionalOnMissingBean
  Org batonOrg(BatonProperties properties) {
    return Org.of(properties);
  }

  @Bean
  @ConditionalOnMissingBean
  TimeLimits batonTimeLimits() {
    return TimeLimits.DEFAULT;
  }

  @Bean(destroyMethod = "close")
  HttpCaller batonHttpCaller(TimeLimits limits) {
    return new HttpCaller(limits, CONNECTIONS_PER_HOST);
  }

  @Bean
  TokenSource batonTokenSource(Org org, HttpCaller http) {
    return TokenSources.of(org.grant(), http, Clock.systemUTC());
  }

  @Bean
  BotsClient batonBotsClient(Org org, HttpCaller http, TokenSource tokens) {
    return new BotsClient(org.bots(), http, tokens);
  }

  @Bean
  Gates batonGates(BatonProperties properties) {
    return new Gates(
        new GateSettings(
            properties.outage().calls(),
            properties.outage().probeEvery(),
            properties.outage().drainPerSecond(),
            properties.bots().callsAtOnce(),
            properties.salesforce().callsAtOnce(),
            properties.salesforce().callsPerSecond()));
  }

  @Bean
  SalesforceClient batonSalesforceClient(
      Org org, HttpCaller http, TokenSource tokens, Gates gates) {
    return new SalesforceClient(
        org.salesforce(), http, tokens, gates.before(SalesforceTarget.SYSTEM));
  }

  @Bean
  TargetKind batonSalesforceTarget(SalesforceClient salesforce, BatonProperties properties) {
    return new SalesforceTarget(salesforce, TargetWiring.salesforce(properties));
  }

  @Bean
  @Conditional(AnyWebhook.class)
  TargetKind batonWebhookTarget(BatonProperties properties, HttpCaller http, Gates gates) {
    return new WebhookTarget(TargetWiring.webhooks(properties.targets()), http, gates::before);
  }

  @Bean
  @Conditional(AnyWebhook.class)
  WebhookNews batonWebhookNews(BatonProperties properties) {
    return new WebhookNews(TargetWiring.webhooks(properties.targets()));
  }

  /** Without any, targets of the type are unsupported like those of any other unknown type. */
  static final class AnyWebhook implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      return !Binder.get(context.getEnvironment())
          .bindOrCreate("baton", BatonProperties.class)
          .targets()
          .webhook()
          .isEmpty();
    }
  }

  /** What targets do not get to know; an application's own bean replaces the properties. */
  @Bean
  @ConditionalOnMissingBean
  Redaction batonRedaction(BatonProperties properties) {
    return TargetWiring.redaction(properties.targets());
  }

  @Bean
  @ConditionalOnMissingBean
  RetryPolicy batonRetryPolicy() {
    return RetryPolicy.defaults();
  }

  @Bean
  TargetKinds batonTargetKinds(ObjectProvider<TargetKind> kinds, Redaction redaction) {
    return new TargetKinds(kinds.orderedStream().toList(), redaction);
  }

  @Bean
  Dispatch batonDispatch(
      Conversations conversations,
      Inbox inbox,
      Orders orders,
      Transfers transfers,
      Offers offers,
      BotSessions sessions,
      Transcript transcript,
      Turns turns,
      Greetings greetings,
      Token token,
      Changes changes,
      Node node,
      BotsClient bots,
      TargetKinds kinds,
      Redaction redaction,
      BatonProperties properties,
      RetryPolicy retries,
      Gates gates) {
    TransferSettings settings =
        new TransferSettings(
            properties.transfer().afterFailure() == BatonProperties.AfterFailure.BACK_TO_BOT,
            MAX_FAILURES_IN_A_ROW,
            properties.targets().enabled().contains(BatonProperties.TargetType.BOT),
            properties.transfer().maxBots(),
            TargetWiring.variables(properties.transfer().variables()));
    return new Dispatch(
        conversations,
        inbox,
        orders,
        transfers,
        offers,
        sessions,
        transcript,
        turns,
        greetings,
        token,
        changes,
        node,
        bots,
        kinds,
        redaction,
        settings,
        retries,
        gates,
        WORKERS,
        properties.transfer().watchEvery());
  }

  @Bean
  DispatchLifecycle batonDispatchLifecycle(Dispatch dispatch, ProcessEngine engine) {
    return new DispatchLifecycle(dispatch, new Timers(engine));
  }

  @Bean
  Readiness batonReadiness(DispatchLifecycle dispatch, Node node, BatonProperties properties) {
    return new Readiness(dispatch::isRunning, node::isAlive, properties.health().drain());
  }
}
