package dev.baton.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.impl.bootstrap.AsyncServerBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http.nio.AsyncRequestConsumer;
import org.apache.hc.core5.http.nio.AsyncServerRequestHandler;
import org.apache.hc.core5.http.nio.entity.StringAsyncEntityConsumer;
import org.apache.hc.core5.http.nio.support.AsyncResponseBuilder;
import org.apache.hc.core5.http.nio.support.BasicRequestConsumer;
import org.apache.hc.core5.http.nio.support.BasicServerExchangeHandler;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.ListenerEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * The bot and the targets, in a JVM of their own: on one thread, and as little work as speaks the
 * Bots API. A delayed answer holds no thread.
 */
public final class Bot implements AsyncServerRequestHandler<Message<HttpRequest, String>> {

  /** What the customer says to be transferred to the three targets, of which the third accepts. */
  static final String ESCALATE = "Transfer To Agent";

  /** What the customer says to be transferred to {@link #DESK}. */
  static final String ESCALATE_TO_DESK = "Transfer To The Desk";

  /** Its offers wait until somebody else says that they are accepted. */
  static final String DESK = "desk";

  static final List<String> TARGETS = List.of("first", "second", "third");

  /** How the line begins by which the process says where it listens. */
  static final String LISTENS = "port ";

  private static final String WORDS =
      "Thank you. Here is what I can tell you about that. ".repeat(8);
  private static final Pattern SEQUENCE = Pattern.compile("\"sequenceId\":(\\d+)");
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final Map<String, Long> succeededAt = new ConcurrentHashMap<>();
  private volatile long delayMs;

  private Bot() {}

  /** Serves until standard input ends: with the process that started this one. */
  public static void main(String[] arguments) throws Exception {
    Quiet.please();
    Bot bot = new Bot();
    HttpAsyncServer server =
        AsyncServerBootstrap.bootstrap()
            .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(1).build())
            .setRequestRouter((request, context) -> () -> new BasicServerExchangeHandler<>(bot))
            .create();
    server.start();
    ListenerEndpoint endpoint =
        server
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), URIScheme.HTTP)
            .get();
    System.out.println(LISTENS + ((InetSocketAddress) endpoint.getAddress()).getPort());
    while (System.in.read() >= 0) {}
    Runtime.getRuntime().halt(0);
  }

  @Override
  public AsyncRequestConsumer<Message<HttpRequest, String>> prepare(
      HttpRequest request, @Nullable EntityDetails entity, HttpContext context) {
    return new BasicRequestConsumer<>(entity == null ? null : new StringAsyncEntityConsumer());
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // An answer that fails shows at the caller.
  public void handle(
      Message<HttpRequest, String> request, ResponseTrigger trigger, HttpContext context) {
    String path = request.getHead().getPath();
    if (path.startsWith("/control/")) {
      answer(control(path.split("/", -1)), trigger, context);
      return;
    }
    String body = request.getBody() == null ? "" : request.getBody();
    String answer = path.startsWith("/targets/") ? target(path, body) : bot(path, body);
    if (delayMs == 0) {
      answer(answer, trigger, context);
    } else {
      timer.schedule(() -> answer(answer, trigger, context), delayMs, TimeUnit.MILLISECONDS);
    }
  }

  private static void answer(String json, ResponseTrigger trigger, HttpContext context) {
    try {
      trigger.submitResponse(
          AsyncResponseBuilder.create(200).setEntity(json, ContentType.APPLICATION_JSON).build(),
          context);
    } catch (HttpException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private String bot(String path, String body) {
    String[] segments = path.split("/", -1);
    if (path.endsWith("/sessions")) {
      return said(UUID.randomUUID().toString(), "", text());
    }
    String session = segments[3];
    if (!path.endsWith("/messages")) {
      return said(session, "", "{\"type\":\"sessionEnded\",\"reason\":\"ClientRequest\"}");
    }
    Matcher sequence = SEQUENCE.matcher(body);
    String processed = sequence.find() ? sequence.group(1) : "";
    if (body.contains("\"transferSucceeded\"")) {
      succeededAt.computeIfPresent(session, (s, unset) -> System.nanoTime());
      return said(session, processed, "");
    }
    if (body.contains(ESCALATE)) {
      return said(session, processed, text() + "," + escalate(TARGETS));
    }
    if (body.contains(ESCALATE_TO_DESK)) {
      succeededAt.put(session, 0L);
      return said(session, processed, text() + "," + escalate(List.of(DESK)));
    }
    return said(session, processed, text());
  }

  private static String said(String session, String processed, String messages) {
    return """
        {"sessionId":"%s","botVersion":"1","processedSequenceIds":[%s],"messages":[%s]}"""
        .formatted(session, processed, messages);
  }

  private static String text() {
    return "{\"type\":\"text\",\"id\":\"" + UUID.randomUUID() + "\",\"text\":\"" + WORDS + "\"}";
  }

  private static String escalate(List<String> targets) {
    return "{\"type\":\"escalate\",\"id\":\"%s\",\"targets\":[%s]}"
        .formatted(
            UUID.randomUUID(),
            targets.stream()
                .map("{\"type\":\"Baton:Webhook\",\"value\":\"%s\"}"::formatted)
                .collect(Collectors.joining(",")));
  }

  private static String target(String path, String body) {
    if (body.contains("\"type\":\"status\"")) {
      return KEY.matcher(body)
          .results()
          .map(MatchResult::group)
          .map("\"%s\":{\"status\":\"waiting\"}"::formatted)
          .collect(Collectors.joining(",", "{\"offers\":{", "}}"));
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    return switch (name) {
      case "third" -> "{\"status\":\"accepted\",\"by\":\"ada\"}";
      case DESK -> "{\"status\":\"waiting\"}";
      default -> "{\"status\":\"declined\",\"outcome\":\"declined\"}";
    };
  }

  /** {@code /control/delay/MS}, or {@code /control/succeeded/SESSION}: when, by this machine. */
  private String control(String[] segments) {
    if (segments[2].equals("succeeded")) {
      return String.valueOf(succeededAt.get(segments[3]));
    }
    delayMs = Long.parseLong(segments[3]);
    // What still waits for its time was delayed as before: nobody need wait for it.
    for (Runnable waiting : timer.getQueue().toArray(Runnable[]::new)) {
      if (timer.remove(waiting)) {
        waiting.run();
      }
    }
    return "";
  }
}
