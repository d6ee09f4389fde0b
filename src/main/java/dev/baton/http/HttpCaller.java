package dev.baton.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Sends HTTP calls and does nothing on its own: no repeats, no redirects, no cookies, no
 * decompression. Only the caller knows what a call means, and whether it may be repeated. {@link
 * TimeLimits} and {@link AnswerLimits} bound every answer.
 *
 * <p>Thread-safe. {@link #send} does not block. Futures complete on an I/O thread: work that blocks
 * belongs on another executor.
 */
public final class HttpCaller implements AutoCloseable {

  private static final String EXCHANGE = Exchange.class.getName();
  private static final TimeValue CLOSING = TimeValue.ofMilliseconds(200);

  private final TimeLimits limits;
  private final CloseableHttpAsyncClient client;
  private final ScheduledThreadPoolExecutor timer;
  private final TransferMeter meter = new TransferMeter();
  private final Map<String, BodyBudget> budgets = new ConcurrentHashMap<>();
  private final Set<Exchange> open = ConcurrentHashMap.newKeySet();

  /**
   * @param maxConnectionsPerRoute calls to one host at a time; further ones wait for {@code
   *     limits.lease()}
   */
  public HttpCaller(TimeLimits limits, int maxConnectionsPerRoute) {
    this.limits = limits;
    timer = new ScheduledThreadPoolExecutor(1, HttpCaller::timerThread);
    timer.setRemoveOnCancelPolicy(true);
    client =
        HttpAsyncClients.custom()
            .setConnectionManager(
                PoolingAsyncClientConnectionManagerBuilder.create()
                    .setMaxConnPerRoute(maxConnectionsPerRoute)
                    .setMaxConnTotal(Integer.MAX_VALUE)
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                            .setConnectTimeout(timeout(limits.connect()))
                            .build())
                    .setDefaultTlsConfig(
                        TlsConfig.custom().setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1).build())
                    .build())
            .setHttp1Config(
                Http1Config.custom()
                    .setMaxLineLength(AnswerLimits.MAX_LINE_LENGTH)
                    .setMaxHeaderCount(AnswerLimits.MAX_HEADER_COUNT)
                    .build())
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(timeout(limits.lease()))
                    .setResponseTimeout(timeout(limits.response()))
                    .build())
            // Runs when the connection stands and the request is about to be written.
            .addRequestInterceptorLast(
                (request, entity, context) ->
                    ((Exchange) context.getAttribute(EXCHANGE))
                        .requireOpen(HttpCoreContext.cast(context).getEndpointDetails()))
            .setIOSessionListener(meter)
            .evictIdleConnections(TimeValue.ofSeconds(30))
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableAuthCaching()
            .build();
    client.start();
  }

  /**
   * Sends the call. The future completes with an answer of any status or fails with a {@link
   * NoAnswerException} (itself, not wrapped, as seen by {@code whenComplete} on this future).
   * Cancelling it abandons the exchange.
   */
  public CompletableFuture<HttpAnswer> send(HttpCall call) {
    Exchange exchange = new Exchange(call);
    try {
      exchange.start();
    } catch (RuntimeException e) { // closed, or nothing that could be sent
      exchange.failed(e);
    }
    return exchange.answer;
  }

  /** Abandons what is under way. */
  @Override
  public void close() {
    timer.shutdownNow();
    letIdleConnectionsGo();
    client.close(CloseMode.IMMEDIATE);
    // Calls that still wait for a connection would hear nothing of it.
    open.forEach(Exchange::cancelled);
  }

  /** By the threads that watch them, which log an error when others do so at the wrong moment. */
  private void letIdleConnectionsGo() {
    client.initiateShutdown();
    try {
      client.awaitShutdown(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static AsyncRequestProducer request(HttpCall call) {
    AsyncRequestBuilder request = AsyncRequestBuilder.create(call.method()).setUri(call.uri());
    call.headers().forEach(request::addHeader);
    byte @Nullable [] body = call.body();
    if (body != null) {
      request.setEntity(body, null);
    }
    return request.build();
  }

  /** There are only as many hosts as are configured, and the org's that gives the tokens. */
  private BodyBudget budget(HttpCall call) {
    return budgets.computeIfAbsent(
        String.valueOf(call.uri().getRawAuthority()),
        host -> new BodyBudget(AnswerLimits.MAX_BODY_SIZE_PER_HOST));
  }

  private static Timeout timeout(Duration limit) {
    return Timeout.ofMilliseconds(limit.toMillis());
  }

  private static Thread timerThread(Runnable task) {
    Thread thread = new Thread(task, "baton-http-deadline");
    thread.setDaemon(true);
    return thread;
  }

  private enum Progress {
    WAITING,
    BEGUN,
    GIVEN_UP
  }

  private final class Exchange implements FutureCallback<HttpAnswer> {

    final CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
    private final AtomicReference<Progress> progress = new AtomicReference<>(Progress.WAITING);
    private final HttpCall call;

    Exchange(HttpCall call) {
      this.call = call;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what hangs on the answer cannot fail
    void start() {
      HttpClientContext context = HttpClientContext.create();
      context.setAttribute(EXCHANGE, this);
      // The pool looks at its lease limit only when something else happens to it.
      Future<?> start = after(limits.lease().plus(limits.connect()), this::failUnlessBegun);
      Future<?> end = after(limits.total(), () -> failed(new TimeoutException()));
      open.add(this);
      answer.whenComplete(
          (result, fault) -> {
            start.cancel(false);
            end.cancel(false);
            open.remove(this);
          });
      BoundedAnswer reading = new BoundedAnswer(budget(call));
      Future<HttpAnswer> sent = client.execute(request(call), reading, context, this);
      answer.whenComplete(
          (result, fault) -> {
            reading.release();
            // One that was answered still has to give its connection back: that serves the next.
            if (fault != null) {
              sent.cancel(true);
            }
          });
    }

    /** From here on the server may see the request; unless the caller was told it never will. */
    @SuppressWarnings("FutureReturnValueIgnored") // what hangs on the answer cannot fail
    void requireOpen(EndpointDetails connection) throws HttpException {
      if (!progress.compareAndSet(Progress.WAITING, Progress.BEGUN)) {
        throw new HttpException("given up before it was sent");
      }
      meter.start(
          connection,
          AnswerLimits.MAX_TRANSFER_SIZE,
          () -> failed(new IOException("the answer is too large to transfer")));
      answer.whenComplete((result, fault) -> meter.stop(connection));
    }

    private void failUnlessBegun() {
      if (progress.get() != Progress.BEGUN) {
        failed(new TimeoutException());
      }
    }

    private Future<?> after(Duration time, Runnable task) {
      return timer.schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void completed(HttpAnswer result) {
      answer.complete(result);
    }

    @Override
    public void failed(Exception cause) {
      String message = call + ": " + cause.getClass().getSimpleName();
      boolean begun = !progress.compareAndSet(Progress.WAITING, Progress.GIVEN_UP);
      answer.completeExceptionally(
          begun
              ? new UnknownOutcomeException(message, cause)
              : new NotSentException(message, cause));
    }

    @Override
    public void cancelled() {
      failed(new CancellationException("abandoned"));
    }
  }
}
