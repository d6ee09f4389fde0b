package dev.baton.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;

/**
 * Counts what is read of an answer, heads and framing included. The client has limits for most
 * parts of an answer, but reads 100 (Continue) for ever and tells nobody. Thread-safe.
 */
final class TransferMeter implements IOSessionListener {

  private record Reading(long limit, Runnable tooMuch) {}

  private final Map<EndpointDetails, Reading> readings = new ConcurrentHashMap<>();

  /** An answer will be read from this connection. */
  void start(EndpointDetails connection, int limit, Runnable tooMuch) {
    readings.put(connection, new Reading(connection.getReceivedBytesCount() + limit, tooMuch));
  }

  void stop(EndpointDetails connection) {
    readings.remove(connection);
  }

  @Override
  public void inputReady(IOSession session) {
    if (session.getHandler() instanceof HttpConnection connection) {
      EndpointDetails details = connection.getEndpointDetails();
      Reading reading = details == null ? null : readings.get(details);
      if (reading != null && details.getReceivedBytesCount() > reading.limit) {
        reading.tooMuch.run();
      }
    }
  }

  @Override
  public void connected(IOSession session) {}

  @Override
  public void startTls(IOSession session) {}

  @Override
  public void outputReady(IOSession session) {}

  @Override
  public void timeout(IOSession session) {}

  @Override
  public void exception(IOSession session, Exception cause) {}

  @Override
  public void disconnected(IOSession session) {}
}
