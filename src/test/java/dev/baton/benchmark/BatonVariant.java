package dev.baton.benchmark;

import dev.baton.api.Channel;
import dev.baton.app.BatonApplication;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.camunda.bpm.engine.impl.cfg.AbstractProcessEnginePlugin;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.cfg.ProcessEnginePlugin;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * The application as it comes, with a bot, three webhooks and as many connections as the others.
 */
final class BatonVariant implements Variant {

  static final String BOT = "0Xxxx0000000001CAA";
  static final String SECRET = "what the two of them sign with";

  private final Database database;
  private final Arrivals arrivals = new Arrivals();
  private final AtomicLong messages = new AtomicLong();
  private final ConfigurableApplicationContext context;
  private final Channel channel;

  BatonVariant(Database database, URI bot) {
    this.database = database;
    this.context =
        new SpringApplicationBuilder(BatonApplication.class)
            .registerShutdownHook(false)
            .initializers(listensToArrivals())
            .run(arguments(database, bot));
    this.channel = new Channel(context);
  }

  private ApplicationContextInitializer<GenericApplicationContext> listensToArrivals() {
    ProcessEnginePlugin plugin =
        new AbstractProcessEnginePlugin() {
          @Override
          public void preInit(ProcessEngineConfigurationImpl configuration) {
            configuration.setCustomPostBPMNParseListeners(new ArrayList<>(List.of(arrivals)));
          }
        };
    return beans -> beans.registerBean("arrivals", ProcessEnginePlugin.class, () -> plugin);
  }

  private static String[] arguments(Database database, URI bot) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=postgres",
                "--spring.datasource.hikari.maximum-pool-size=" + Settings.CONNECTIONS,
                "--camunda.bpm.admin-user.id=olga",
                "--camunda.bpm.admin-user.password=a password",
                "--baton.bots.base-url=" + bot,
                "--baton.bots.org-id=00Dxx0000000001EAA",
                "--baton.bots.bot-id=" + BOT,
                "--baton.bots.force-config-endpoint=" + bot,
                // A thousand callers are to meet the limits of the machine.
                "--baton.bots.calls-at-once=2000",
                "--baton.api.answer-limit=10m",
                "--baton.oauth.grant=token",
                "--baton.oauth.token=token",
                "--baton.salesforce.instance-url=" + bot));
    Stream.concat(Bot.TARGETS.stream(), Stream.of(Bot.DESK))
        .forEach(
            target -> {
              String webhook = "--baton.targets.webhook." + target;
              arguments.add(webhook + ".url=" + bot.resolve("/targets/" + target));
              arguments.add(webhook + ".secret=" + SECRET);
            });
    return arguments.toArray(String[]::new);
  }

  /** Where services say by themselves what became of an offer. */
  URI webhooks() {
    int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
    return URI.create("http://127.0.0.1:" + port + "/api/targets/webhook/");
  }

  /**
   * The customer asks for the desk, which is offered the session; returns when the bot answered.
   */
  void askForTheDesk(String key) {
    say(key, Bot.ESCALATE_TO_DESK);
  }

  @Override
  public String name() {
    return "baton";
  }

  @Override
  public Database database() {
    return database;
  }

  @Override
  public void begin(String key) {
    channel.begin(key);
  }

  @Override
  public void say(String key) {
    say(key, "What about my order?");
  }

  @Override
  public void transfer(String key) {
    CompletableFuture<Void> over = arrivals.next(key);
    say(key, Bot.ESCALATE);
    over.join();
  }

  private void say(String key, String text) {
    channel.say(key, "m" + messages.incrementAndGet(), text);
  }

  @Override
  public void close() {
    context.close();
  }
}
