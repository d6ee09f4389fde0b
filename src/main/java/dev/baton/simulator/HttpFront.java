package dev.baton.simulator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The one place that speaks HTTP: reads a request, lets a fault or an endpoint answer it, journals,
 * and sends the answer, late where it has to be. No thread waits for a delay.
 */
final class HttpFront implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(HttpFront.class.getName());
  private static final String ADMIN = "/simulator/";

  private final HttpServer server;
  private final ExecutorService workers =
      Executors.newCachedThreadPool(daemons("simulator-worker-"));
  private final Set<FutureTask<?>> delayed = ConcurrentHashMap.newKeySet();
  private final Alarm alarm;
  private final Journal journal;
  private volatile Function<Call, Optional<Script.Then>> faults = call -> Optional.empty();
  private volatile List<Endpoint> endpoints = List.of();
  private volatile Admin admin = call -> Answer.empty(404);

  /**
   * Answers what stands under /simulator/; such requests are neither journaled nor hit by faults.
   */
  @FunctionalInterface
  interface Admin {
    Answer handle(Call call);
  }

  HttpFront(int port, Alarm alarm, Journal journal) throws IOException {
    this.alarm = alarm;
    this.journal = journal;
    server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 1024);
    server.createContext("/", this::accept);
    server.setExecutor(workers);
  }

  int port() {
    return server.getAddress().getPort();
  }

  void open(List<Endpoint> served, Faults scripted, Admin administration) {
    endpoints = List.copyOf(served);
    faults = scripted::next;
    admin = administration;
    server.start();
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }

  private void accept(HttpExchange exchange) throws IOException {
    if (Sites.isOther(exchange)) {
      send(exchange, Answer.empty(403));
      return;
    }
    Call call = Call.read(exchange);
    if (call.path().startsWith(ADMIN)) {
      send(exchange, admin.handle(call));
      return;
    }
    Journal.Entry entry = journal.open(call);
    Endpoint endpoint =
        endpoints.stream().filter(e -> e.serves(call)).findFirst().orElse(Nowhere.INSTANCE);
    Optional<Script.Then> fault = faults.apply(call);
    if (fault.isPresent() && !processes(fault.get())) {
      Script.Then then = fault.get();
      if (then.connection() != null) {
        later(then.delayMs(), () -> drop(exchange, entry, then));
      } else {
        Answer answer = FaultAnswers.of(then, endpoint, call);
        later(then.delayMs(), () -> answer(exchange, entry, answer));
      }
      return;
    }
    Reply reply = reply(endpoint, call, entry);
    long delay = reply.delayMs() + fault.map(Script.Then::delayMs).orElse(0L);
    later(
        delay,
        () -> {
          reply.beforeSending().run();
          if (fault.isPresent() && fault.get().connection() != null) {
            drop(exchange, entry, fault.get());
          } else if (fault.isPresent() && fault.get().status() != null) {
            answer(exchange, entry, FaultAnswers.of(fault.get(), endpoint, call));
          } else {
            answer(exchange, entry, reply.answer());
          }
        });
  }

  private static boolean processes(Script.Then then) {
    return then.status() == null
        ? then.connection() != Script.Connection.RESET_BEFORE
        : then.processed();
  }

  private static Reply reply(Endpoint endpoint, Call call, Journal.Entry entry) {
    try {
      return endpoint.handle(call, entry);
    } catch (Refusal refusal) {
      return Reply.now(refusal.answer());
    } catch (RuntimeException mistake) {
      LOG.log(System.Logger.Level.ERROR, "The simulator failed at " + call.path(), mistake);
      String name = mistake.getClass().getSimpleName();
      return Reply.now(endpoint.error(call, 500, name, "The simulator itself failed"));
    }
  }

  private void later(long delayMs, Runnable action) {
    if (delayMs <= 0) {
      action.run();
    } else {
      // Runs once: when its time has come, or when it is released.
      FutureTask<?> answer = new FutureTask<>(action, null);
      delayed.add(answer);
      alarm.in(
          delayMs,
          () -> {
            delayed.remove(answer);
            workers.execute(answer);
          });
    }
  }

  /** Sends all delayed answers now; returns how many. */
  int release() {
    List<FutureTask<?>> released = List.copyOf(delayed).stream().filter(delayed::remove).toList();
    released.forEach(workers::execute);
    return released.size();
  }

  private static void drop(HttpExchange exchange, Journal.Entry entry, Script.Then then) {
    entry.note(
        "connection", then.connection() == null ? "" : StrictObject.written(then.connection()));
    exchange.close();
  }

  private static void answer(HttpExchange exchange, Journal.Entry entry, Answer answer) {
    entry.close(answer);
    try {
      send(exchange, answer);
    } catch (IOException e) {
      // The client went away, which is its right; the journal has the answer.
      exchange.close();
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
    exchange.close();
  }

  private static ThreadFactory daemons(String prefix) {
    AtomicLong count = new AtomicLong();
    return task -> {
      Thread thread = new Thread(task, prefix + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
