package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.http.Gate;
import dev.baton.http.HttpAnswer;
import dev.baton.http.HttpCaller;
import dev.baton.http.NoAnswerException;
import dev.baton.http.NotTriedException;
import dev.baton.oauth.AccessToken;
import dev.baton.oauth.OAuthException;
import dev.baton.oauth.TokenSource;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of one Salesforce org over its REST API.
 *
 * <p>Thread-safe, never blocks. A token that is refused is renewed once and the call sent again;
 * nothing else is repeated here. Futures fail with a {@link SalesforceException}, as usual inside a
 * {@link CompletionException} where they were derived from others.
 */
public final class SalesforceClient {

  private static final Logger log = LoggerFactory.getLogger(SalesforceClient.class);

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?");
  private static final Pattern NEXT_PAGE =
      Pattern.compile("/services/data/(?!.*\\.\\.)[A-Za-z0-9._/?=&-]+");
  private static final Pattern OBJECT = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

  /** A query of ours that gets here follows a circle. */
  private static final int MAX_PAGES = 100;

  /** Bytes of all pages of a query, none of which may be larger by itself either. */
  private static final int MAX_QUERY_SIZE = 4 << 20;

  private final SalesforceSettings settings;
  private final HttpCaller http;
  private final TokenSource tokens;
  private final Gate gate;
  private final QuotaWatch quota = new QuotaWatch();

  /**
   * @param gate before the org
   */
  public SalesforceClient(
      SalesforceSettings settings, HttpCaller http, TokenSource tokens, Gate gate) {
    this.settings = settings;
    this.http = http;
    this.tokens = tokens;
    this.gate = gate;
  }

  /**
   * Creates a record. Not idempotent: after a failure that may have been processed, look first.
   *
   * @param object API name, "Case"
   * @param headers in addition to the usual ones, for example {@code Sforce-Auto-Assign}
   * @return the record's id
   */
  public CompletableFuture<String> create(
      String object, ObjectNode fields, Map<String, String> headers) {
    RestCall call =
        new RestCall("POST", "create " + object, sobject(object), headers, fields.deepCopy());
    return send(call).thenApply(answer -> createdId(call, answer));
  }

  /**
   * Creates a record, or changes it when there is one with this key: can be repeated.
   *
   * @param keyField API name of a unique External ID field, which is not among the fields
   * @return the record's id
   */
  public CompletableFuture<String> upsert(
      String object, String keyField, String key, ObjectNode fields, Map<String, String> headers) {
    if (!OBJECT.matcher(keyField).matches()) {
      throw new IllegalArgumentException("This is no API name of a field");
    }
    String path = sobject(object) + "/" + keyField + "/" + encode(key);
    RestCall call = new RestCall("PATCH", "upsert " + object, path, headers, fields.deepCopy());
    return send(call)
        .exceptionallyCompose(
            Recovery.after(
                fault -> fault.codes().contains(RestFault.KEY_TAKEN), SalesforceClient::tooLate))
        .thenApply(answer -> createdId(call, answer));
  }

  /** The same key came by another request at the same time, such as one that we gave up. */
  private static CompletableFuture<HttpAnswer> tooLate(SalesforceException taken) {
    return failed(
        new SalesforceException.Passing(
            String.valueOf(taken.getMessage()), taken.status(), taken.codes(), true));
  }

  /** Deletes a record. */
  public CompletableFuture<Void> delete(String object, String id) {
    if (!isId(id)) {
      return CompletableFuture.failedFuture(
          new SalesforceException.Misconfigured("This is no id of a record", null));
    }
    String path = sobject(object) + "/" + id;
    return send(new RestCall("DELETE", "delete " + object, path, Map.of(), null))
        .thenAccept(answer -> {});
  }

  /**
   * Writes several records in one transaction: all of them or none.
   *
   * @return what became of it; the future fails only when the whole request was refused or lost
   */
  CompletableFuture<Composite.Result> composite(List<Composite.Step> steps) {
    ObjectNode body = Composite.request(data(), steps);
    RestCall call = new RestCall("POST", "composite", data() + "/composite", Map.of(), body);
    return send(call)
        .thenApply(
            answer ->
                Composite.read(steps, RestFault.parse(answer), call)
                    .orElseThrow(() -> unreadable(call, answer)));
  }

  /** One step of such a series, as a call of its own. Answers the id of what was created. */
  CompletableFuture<String> single(Composite.Step step, Map<String, String> ids) {
    RestCall call =
        new RestCall(
            step.method(),
            step.what(),
            data() + "/sobjects/" + Composite.resolve(step.path(), ids),
            step.headers(),
            Composite.resolve(step.body(), ids));
    return send(call).thenApply(answer -> step.creates() ? createdId(call, answer) : "");
  }

  /**
   * What a flow takes and gives, as {@code GET /actions/custom/flow/{name}} tells it.
   *
   * @param apiName with its namespace
   */
  CompletableFuture<JsonNode> describeFlow(String apiName) {
    return send(RestCall.get("describe flow", flow(apiName))).thenApply(RestFault::parse);
  }

  /**
   * Runs an autolaunched flow once. Not idempotent.
   *
   * @return the flow's own result, whatever it says, under whatever HTTP status
   */
  CompletableFuture<JsonNode> runFlow(String apiName, ObjectNode inputs) {
    ObjectNode body = inputs.objectNode();
    body.putArray("inputs").add(inputs.deepCopy());
    RestCall call = new RestCall("POST", "run flow", flow(apiName), Map.of(), body);
    return send(call, answer -> isResult(RestFault.parse(answer)))
        .thenApply(
            answer -> {
              JsonNode results = RestFault.parse(answer);
              if (!isResult(results)) {
                throw unreadable(call, answer);
              }
              JsonNode result = results.get(0);
              if (!result.path("isSuccess").booleanValue()) {
                throw RestFault.of(answer.status(), result).toException(call);
              }
              return result;
            });
  }

  private static boolean isResult(JsonNode body) {
    return body.isArray() && body.size() == 1 && body.get(0).path("isSuccess").isBoolean();
  }

  private String flow(String apiName) {
    if (!OBJECT.matcher(apiName).matches()) {
      throw new IllegalArgumentException("This is no API name of a flow");
    }
    return data() + "/actions/custom/flow/" + apiName;
  }

  /** What the org said last about its allowance of API calls; empty before its first answer. */
  public Optional<ApiUsage> usage() {
    return quota.last();
  }

  /** Changes fields of a record. */
  public CompletableFuture<Void> update(
      String object, String id, ObjectNode fields, Map<String, String> headers) {
    if (!isId(id)) {
      return CompletableFuture.failedFuture(
          new SalesforceException.Misconfigured("This is no id of a record", null));
    }
    String path = sobject(object) + "/" + id;
    RestCall call = new RestCall("PATCH", "update " + object, path, headers, fields.deepCopy());
    return send(call)
        .thenCompose(
            answer ->
                answer.body().length == 0 || RestFault.parse(answer).isContainerNode()
                    ? CompletableFuture.completedFuture(null)
                    // Salesforce sends no body: a page in its place is somebody else's.
                    : failed(unreadable(call, answer)));
  }

  /**
   * All records of a SOQL query, all pages of it. Fails when these are more than a query of Baton's
   * can have.
   *
   * @param soql with every value from outside escaped
   */
  public CompletableFuture<List<JsonNode>> query(String soql) {
    return pages(data() + "/query?q=" + encode(soql), new ArrayList<>(), MAX_PAGES, MAX_QUERY_SIZE);
  }

  private static String encode(String text) {
    // %20 and not "+", which is a space in forms only.
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Whether the text has the form of a record id; says nothing about its check characters. */
  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  private CompletableFuture<List<JsonNode>> pages(
      String path, List<JsonNode> records, int pagesLeft, int bytesLeft) {
    RestCall call = RestCall.get("query", path);
    return send(call)
        .thenCompose(
            answer -> {
              int left = bytesLeft - answer.body().length;
              JsonNode page = left < 0 ? MissingNode.getInstance() : RestFault.parse(answer);
              JsonNode done = page.path("done");
              if (!page.path("records").isArray() || !done.isBoolean()) {
                return failed(unreadable(call, answer));
              }
              page.path("records").forEach(records::add);
              if (done.booleanValue()) {
                return CompletableFuture.completedFuture(records);
              }
              String next = page.path("nextRecordsUrl").asText();
              // Only a path: an absolute URL would take our token to another host.
              return NEXT_PAGE.matcher(next).matches() && pagesLeft > 1
                  ? pages(next, records, pagesLeft - 1, left)
                  : failed(unreadable(call, answer));
            });
  }

  private CompletableFuture<HttpAnswer> send(RestCall call) {
    return send(call, answer -> false);
  }

  /**
   * Sends a call.
   *
   * @param wanted which answers are the caller's to read although their status is a fault's
   */
  private CompletableFuture<HttpAnswer> send(RestCall call, Predicate<HttpAnswer> wanted) {
    return gate.call(() -> sendNow(call, wanted))
        .exceptionallyCompose(fault -> failed(translate(call, fault)));
  }

  private CompletableFuture<HttpAnswer> sendNow(RestCall call, Predicate<HttpAnswer> wanted) {
    Predicate<HttpAnswer> good = answer -> succeeded(answer) || wanted.test(answer);
    return attempt(call)
        .thenCompose(
            tried -> {
              if (good.test(tried.answer()) || !RestFault.of(tried.answer()).refusesToken()) {
                return CompletableFuture.completedFuture(tried);
              }
              tokens.reject(tried.token());
              return attempt(call);
            })
        .exceptionallyCompose(fault -> failed(translate(call, fault)))
        .thenCompose(
            tried ->
                good.test(tried.answer())
                    ? CompletableFuture.completedFuture(tried.answer())
                    : failed(RestFault.of(tried.answer()).toException(call)));
  }

  private CompletableFuture<Attempt> attempt(RestCall call) {
    return tokens
        .token()
        .thenCompose(
            token ->
                http.send(call.to(instance(token), token))
                    .thenApply(
                        answer -> {
                          quota.see(answer.headers().get(QuotaWatch.HEADER)).ifPresent(log::warn);
                          return new Attempt(token, answer);
                        }));
  }

  private URI instance(AccessToken token) {
    URI ofToken = token.instanceUrl();
    URI instance = ofToken == null ? settings.instanceUrl() : ofToken;
    if (instance == null) {
      throw new SalesforceException.Misconfigured(
          "The access token does not say which instance it is for; configure the instance URL",
          null);
    }
    return instance;
  }

  private static Throwable translate(RestCall call, Throwable fault) {
    Throwable cause = fault;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof NotTriedException notTried) {
      return new SalesforceException.NoAnswer(
          String.valueOf(notTried.getMessage()), notTried, 0, false);
    }
    if (cause instanceof NoAnswerException noAnswer) {
      return new SalesforceException.NoAnswer(
          "No answer from Salesforce to \"" + call.what() + '"',
          noAnswer,
          0,
          noAnswer.mayHaveBeenProcessed() && call.writes());
    }
    if (cause instanceof OAuthException.Unavailable) {
      return new SalesforceException.NoAnswer(
          "No access token for \"" + call.what() + '"', cause, 0, false);
    }
    if (cause instanceof OAuthException) {
      return new SalesforceException.Misconfigured(
          "No access token for \"" + call.what() + "\": " + cause.getMessage(), cause);
    }
    return cause;
  }

  private static String createdId(RestCall call, HttpAnswer answer) {
    JsonNode created = RestFault.parse(answer);
    if (created.path("success").isBoolean() && !created.path("success").booleanValue()) {
      throw RestFault.of(answer.status(), created).toException(call);
    }
    String id = created.path("id").asText();
    if (!isId(id)) {
      throw unreadable(call, answer);
    }
    return id;
  }

  /** Not Salesforce's words: a proxy's or a portal's page. It goes away as other outages do. */
  private static SalesforceException unreadable(RestCall call, HttpAnswer answer) {
    return new SalesforceException.NoAnswer(
        "The answer to \"" + call.what() + "\" cannot be read (HTTP " + answer.status() + ")",
        null,
        answer.status(),
        call.writes());
  }

  private static boolean succeeded(HttpAnswer answer) {
    return answer.status() >= 200 && answer.status() < 300;
  }

  private static <T> CompletableFuture<T> failed(Throwable fault) {
    return CompletableFuture.failedFuture(fault);
  }

  private String data() {
    return "/services/data/" + settings.apiVersion();
  }

  private String sobject(String object) {
    if (!OBJECT.matcher(object).matches()) {
      throw new IllegalArgumentException("This is no API name of an object");
    }
    return data() + "/sobjects/" + object;
  }

  private record Attempt(AccessToken token, HttpAnswer answer) {}
}
