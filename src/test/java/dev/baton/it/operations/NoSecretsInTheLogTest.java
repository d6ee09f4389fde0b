package dev.baton.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Caller;
import dev.baton.it.support.Desk;
import dev.baton.it.support.ShortestRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a whole run writes into the log, faults and all, has no secrets and no customers' words. */
class NoSecretsInTheLogTest {

  private static final String MARK = "Quetzalcoatl";
  private static final String PASSWORD = "Tezcatlipoca";

  @Test
  void neitherInALineNorInWhatItFailedWith() {
    try (Desk desk = new Desk();
        Trial trial =
            Trial.startWith(
                ShortestRetries.class,
                "baton.targets.webhook.desk.url=" + desk.url(),
                "baton.targets.webhook.desk.secret=" + Desk.SECRET,
                "baton.transfer.watch-every=200ms",
                "baton.transfer.patience=3s")) {
      ListAppender<ILoggingEvent> log = listen();
      Baton baton = trial.baton;
      int port = baton.address("/").getPort();
      trial.script("{}");
      trial.change(
          """
          {'bots':{'%s':{'targets':[{'type':'Salesforce:Core:Queue:Id','value':'00Gxx0000000001EAA'},
           {'type':'Baton:Webhook','value':'desk'},{'type':'Baton:Webhook','value':'none'}]}},
           'faults':[
            {'match':{'path':'/messages$','times':2},'then':{'status':500,'message':'%s'}},
            {'match':{'path':'/sobjects/Case','times':2},'then':{'status':500,'message':'%s'}}]}"""
              .formatted(Simulator.DEMO_BOT_ID, MARK, MARK));
      desk.otherwise = message -> dev.baton.http.TestServer.Reply.json(500, MARK);
      baton.begin("c1");
      baton.write("c1", "m1", MARK);
      trial.revokeTokens();
      baton.write("c1", "m2", "Transfer To Agent");
      baton.write("c1", "m3", MARK + " meanwhile");
      baton.awaitState("c1", "ended");
      // A call that fails for good, and whose answer quotes what was said.
      trial.change(
          "{'faults':[{'match':{'path':'/messages$','times':0},'then':{'status':400,'message':'%s'}}]}"
              .formatted(MARK));
      baton.begin("c2");
      baton.correlate("c2", "m1", MARK);
      baton.awaitState("c2", "failed");
      // What the engine's REST API refuses.
      baton.correlate("unknown", "m1", MARK);
      baton.correlate("c2", "m1", MARK.repeat(500));
      Caller olga = Caller.user(port, "olga:a password");
      olga.post("/engine-rest/message", "{\"messageName\":" + MARK + "}");
      olga.post("/engine-rest/message", "{\"" + MARK + "\":1}");
      olga.post("/api/conversations", MARK);
      olga.post("/api/conversations/c2/messages", "{\"id\":\"m9\",\"choiceId\":\"" + MARK + "\"}");
      for (int i = 0; i < 12; i++) {
        Caller.user(port, "olga:" + PASSWORD).get("/engine-rest/version");
      }
      assertThat(olga.get("/engine-rest/version").statusCode()).isEqualTo(200);

      List<String> lines = written(log).stream().map(NoSecretsInTheLogTest::words).toList();
      // The faults were written about, so that the test would see it.
      assertThat(lines).anyMatch(line -> line.contains("c1")).anyMatch(l -> l.contains("desk"));
      for (String secret :
          List.of(
              MARK,
              PASSWORD,
              Simulator.TOKEN,
              Desk.SECRET,
              "a password",
              base64("olga:a password"),
              base64("olga:" + PASSWORD),
              "Bearer ",
              "client_secret")) {
        assertThat(lines).as(secret).noneMatch(line -> line.contains(secret));
      }
    }
  }

  private static ListAppender<ILoggingEvent> listen() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.setContext(context);
    log.start();
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(log);
    // More than is shown as it comes: an operator may turn it on.
    Logger ours = context.getLogger("dev.baton");
    ours.setLevel(Level.TRACE);
    context.getLogger("org.camunda").setLevel(Level.INFO);
    return log;
  }

  /** The application goes on writing: the appender holds itself while it takes a line. */
  private static List<ILoggingEvent> written(ListAppender<ILoggingEvent> log) {
    synchronized (log) {
      return List.copyOf(log.list);
    }
  }

  private static String words(ILoggingEvent event) {
    return event.getFormattedMessage()
        + (event.getThrowableProxy() == null
            ? ""
            : ThrowableProxyUtil.asString(event.getThrowableProxy()));
  }

  private static String base64(String credentials) {
    return Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }
}
