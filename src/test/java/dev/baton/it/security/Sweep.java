package dev.baton.it.security;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Requests without credentials to many addresses, in many spellings and with every method. The
 * campaign sends the full cross product: {@code -Dspellings=1000}.
 */
final class Sweep {

  static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE");

  /** Requests that are under way at the same time. */
  private static final int CONNECTIONS = 16;

  /** The path as it is registered gets this many methods in each turn. */
  private static final int PLAIN_METHODS = 2;

  /**
   * One request.
   *
   * @param address the registered path that is meant
   * @param trick how the path is written, {@code plain} for as it is
   */
  record Request(String method, String address, String trick, String path) {}

  /**
   * A request and its answer.
   *
   * @param status 0 if the server closed the connection without an answer
   */
  record Answer(Request request, int status) {

    @Override
    public String toString() {
      return request.method() + " " + request.path() + " -> " + status;
    }
  }

  private Sweep() {}

  /**
   * A share of the cross product. The shares of consecutive addresses differ, so that together they
   * contain each trick with each method. Those of consecutive turns differ too.
   *
   * @param spellings how many of an address, unless the system property sets it
   */
  static List<Request> requests(Collection<String> addresses, int turn, int spellings) {
    List<Request> requests = new ArrayList<>();
    int i = 0;
    for (String address : addresses) {
      for (int k = 0; k < PLAIN_METHODS; k++) {
        String method = METHODS.get((i + turn * PLAIN_METHODS + k) % METHODS.size());
        requests.add(new Request(method, address, "plain", address));
      }
      List<Spelling> all = Spelling.of(address);
      int pairs = all.size() * METHODS.size();
      int share = Math.min(pairs, Integer.getInteger("spellings", spellings));
      int start = (i / METHODS.size() + turn) * share;
      for (int k = 0; k < share; k++) {
        int pair = (start + k) % pairs;
        int at = pair % all.size();
        String method = METHODS.get((pair / all.size() + at + i) % METHODS.size());
        requests.add(new Request(method, address, all.get(at).trick(), all.get(at).path()));
      }
      i++;
    }
    return requests;
  }

  /**
   * Sends them, a few at the same time.
   *
   * @param prefix put before each path
   */
  static List<Answer> send(int port, String prefix, List<Request> requests) throws IOException {
    List<Knocking> callers =
        IntStream.range(0, CONNECTIONS).mapToObj(i -> new Knocking(port)).toList();
    List<Answer> answers = new ArrayList<>();
    try {
      for (int from = 0; from < requests.size(); from += CONNECTIONS) {
        List<Request> batch = requests.subList(from, Math.min(from + CONNECTIONS, requests.size()));
        for (int i = 0; i < batch.size(); i++) {
          Request request = batch.get(i);
          callers.get(i).start(request.method(), target(prefix, request.path()));
        }
        for (int i = 0; i < batch.size(); i++) {
          answers.add(new Answer(batch.get(i), callers.get(i).finish()));
        }
      }
    } finally {
      for (Knocking caller : callers) {
        caller.close();
      }
    }
    return answers;
  }

  private static String target(String prefix, String path) {
    String host = "http://localhost";
    return path.startsWith(host) ? host + prefix + path.substring(host.length()) : prefix + path;
  }
}
