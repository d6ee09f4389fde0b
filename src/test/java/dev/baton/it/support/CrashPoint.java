package dev.baton.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Where a process is killed: every place of a turn and of a transfer at which something has
 * happened that whoever takes over has to find out. Most are a call's, which goes through five of
 * them: it is ordered (not committed; committed, and not made), made (not arrived; taken in, and
 * not answered), and answered (not committed; committed, which is where the next one is ordered).
 */
@SuppressWarnings("ImmutableEnumChecker") // Patterns and references to methods are.
public enum CrashPoint {
  BEGIN_NOT_COMMITTED(Story.TALKS, before("insert into baton_conversation")),
  BEGIN_COMMITTED(Story.TALKS, after("insert into baton_conversation")),
  START_NOT_ARRIVED(Story.TALKS, notArrived(Visit::bot, "POST", "/sessions$", "")),
  START_NOT_ANSWERED(Story.TALKS, notAnswered(Visit::bot, "POST", "/sessions$", "")),
  START_NOT_COMMITTED(Story.TALKS, before("update baton_conversation set session_id")),
  START_COMMITTED(Story.TALKS, after("update baton_conversation set session_id")),

  MESSAGE_NOT_COMMITTED(Story.TALKS, before("insert into baton_inbox")),
  MESSAGE_COMMITTED(Story.TALKS, after("insert into baton_inbox")),
  MESSAGE_NOT_ARRIVED(Story.TALKS, notArrived(Visit::bot, "POST", "/messages$", "Order Status")),
  MESSAGE_NOT_ANSWERED(Story.TALKS, notAnswered(Visit::bot, "POST", "/messages$", "Order Status")),
  ANSWER_NOT_COMMITTED(Story.TALKS, before("update baton_inbox .* set state = 'ANSWERED'")),
  /** The caller has not been told yet. */
  ANSWER_COMMITTED(Story.TALKS, after("update baton_inbox .* set state = 'ANSWERED'")),

  LEAVE_NOT_COMMITTED(Story.TALKS, before("update baton_conversation set state .*USER_REQUEST")),
  LEAVE_COMMITTED(Story.TALKS, after("update baton_conversation set state .*USER_REQUEST")),

  ESCALATE_NOT_COMMITTED(Story.TAKEN, before("insert into baton_transfer")),
  ESCALATE_COMMITTED(Story.TAKEN, after("insert into baton_transfer")),
  AVAILABILITY_NOT_ANSWERED(Story.TAKEN, notArrived(Visit::queue, "GET", "/query$", "FROM Group")),
  /** Who is available, the plan that follows from it, and the first round: one transaction. */
  ROUND_NOT_COMMITTED(Story.TAKEN, before("insert into baton_offer")),
  ROUND_COMMITTED(Story.TAKEN, after("insert into baton_offer")),

  OFFER_NOT_ARRIVED(Story.TAKEN, notArrived(Visit::queue, "POST", "/sobjects/Case$", "")),
  OFFER_NOT_ANSWERED(Story.TAKEN, notAnswered(Visit::queue, "POST", "/sobjects/Case$", "")),
  OFFER_NOT_COMMITTED(Story.TAKEN, last(before("update baton_offer set state = ., reference"))),
  OFFER_COMMITTED(Story.TAKEN, after("update baton_offer set state = ., reference")),
  OFFER_WAITING(Story.TAKEN, new Seam.Waiting()),
  TYPED_NOT_COMMITTED(Story.TAKEN, last(before("insert into baton_inbox .*held"))),
  TYPED_COMMITTED(Story.TAKEN, after("insert into baton_inbox .*held")),

  ACCEPTANCE_NOT_COMMITTED(Story.TAKEN, last(before("update baton_transfer set winner"))),
  WINNER_COMMITTED(Story.TAKEN, last(after("update baton_transfer set winner"))),
  WITHDRAWAL_NOT_ARRIVED(
      Story.TAKEN, notArrived(Visit::otherQueue, "PATCH", "/sobjects/Case/", "Closed")),
  WITHDRAWAL_NOT_ANSWERED(
      Story.TAKEN, notAnswered(Visit::otherQueue, "PATCH", "/sobjects/Case/", "Closed")),
  WITHDRAWAL_NOT_COMMITTED(
      Story.TAKEN, last(before("update baton_offer set state = ., outcome .*OVER"))),
  WITHDRAWAL_COMMITTED(Story.TAKEN, after("update baton_offer set state = ., outcome .*OVER")),

  SUCCEEDED_NOT_ARRIVED(
      Story.TAKEN, notArrived(Visit::bot, "POST", "/messages$", "transferSucceeded")),
  SUCCEEDED_NOT_ANSWERED(
      Story.TAKEN, notAnswered(Visit::bot, "POST", "/messages$", "transferSucceeded")),
  SUCCEEDED_NOT_COMMITTED(Story.TAKEN, before("update baton_transfer set report")),
  SUCCEEDED_COMMITTED(Story.TAKEN, after("update baton_transfer set report")),

  HELD_NOT_ARRIVED(Story.TAKEN, notArrived(Visit::queue, "POST", "/CaseComment$", "")),
  HELD_NOT_ANSWERED(Story.TAKEN, notAnswered(Visit::queue, "POST", "/CaseComment$", "")),
  HELD_NOT_COMMITTED(Story.TAKEN, before("update baton_inbox set state .*\\bDELIVERED")),
  HELD_COMMITTED(Story.TAKEN, after("update baton_inbox set state .*\\bDELIVERED")),

  END_NOT_ARRIVED(Story.TAKEN, notArrived(Visit::bot, "DELETE", "/sessions/", "")),
  END_NOT_ANSWERED(Story.TAKEN, notAnswered(Visit::bot, "DELETE", "/sessions/", "")),
  END_NOT_COMMITTED(Story.TAKEN, before("update baton_conversation set session_over")),
  END_COMMITTED(Story.TAKEN, after("update baton_conversation set session_over")),

  REFUSAL_NOT_COMMITTED(Story.NOBODY, last(before("update baton_offer set outcome .*DECLINED"))),
  REFUSAL_COMMITTED(Story.NOBODY, last(after("update baton_offer set outcome .*DECLINED"))),
  NEXT_ROUND_NOT_COMMITTED(
      Story.NOBODY, before("update baton_transfer set round = . .*\"round\":2")),
  NEXT_ROUND_COMMITTED(Story.NOBODY, after("update baton_transfer set round = . .*\"round\":2")),
  FAILED_NOT_ARRIVED(Story.NOBODY, notArrived(Visit::bot, "POST", "/messages$", "transferFailed")),
  FAILED_NOT_ANSWERED(
      Story.NOBODY, notAnswered(Visit::bot, "POST", "/messages$", "transferFailed")),
  FAILED_NOT_COMMITTED(Story.NOBODY, before("update baton_transfer set report")),
  FAILED_COMMITTED(Story.NOBODY, after("update baton_transfer set report")),

  NEXT_BOT_NOT_ARRIVED(Story.NEXT_BOT, notArrived(Visit::otherBot, "POST", "/sessions$", "")),
  NEXT_BOT_NOT_ANSWERED(Story.NEXT_BOT, notAnswered(Visit::otherBot, "POST", "/sessions$", "")),
  NEXT_BOT_NOT_COMMITTED(Story.NEXT_BOT, before("insert into baton_bot_session")),
  NEXT_BOT_COMMITTED(Story.NEXT_BOT, after("insert into baton_bot_session")),
  SWITCH_NOT_COMMITTED(Story.NEXT_BOT, before("update baton_conversation set bot_id")),
  SWITCH_COMMITTED(Story.NEXT_BOT, after("update baton_conversation set bot_id"));

  /** How a conversation goes that passes the point. */
  public enum Story {
    /** The customer writes, is answered, and leaves. */
    TALKS,
    /** Two queues are asked at once; the first takes the session while the customer types. */
    TAKEN,
    /** Two queues are asked one after the other; both decline. */
    NOBODY,
    /** Another bot takes the conversation, and the customer writes to it, and leaves. */
    NEXT_BOT
  }

  /** Where one can see from outside that the point is reached. */
  public sealed interface Seam {

    /**
     * The commit of a transaction that writes something: in the process itself.
     *
     * @param last whether the thread that stops there is the one that looks after open offers, or
     *     holds what that one waits for: no other offer of the node comes any further
     */
    record Commit(boolean done, Pattern writes, boolean last) implements Seam {}

    /** A call that the org holds, before or after it took it in. */
    record Call(
        boolean takenIn, Function<Visit, String> whose, String method, String path, String body)
        implements Seam {

      /** What the simulator's script knows it by. */
      String match(Visit visit) {
        ObjectNode match = Baton.object("method", method, "path", path);
        match.put(id(visit).startsWith("00G") ? "queue" : "bot", id(visit));
        if (!body.isEmpty()) {
          match.put(method.equals("GET") ? "query" : "body", body);
        }
        return match.toString();
      }

      /** Held for a while: longer than a node lives on, where that does no harm. */
      String then() {
        return takenIn ? "{\"delayMs\":10000}" : "{\"delayMs\":120000,\"status\":503}";
      }

      String id(Visit visit) {
        return whose.apply(visit);
      }

      boolean is(JsonNode call) {
        return call.path("method").asText().equals(method)
            && Pattern.compile(path).matcher(call.path("path").asText()).find()
            && (call.path("body") + call.path("query").toString()).contains(body);
      }
    }

    /** Nothing is under way. */
    record Waiting() implements Seam {}
  }

  private final Story story;
  private final Seam seam;

  CrashPoint(Story story, Seam seam) {
    this.story = story;
    this.seam = seam;
  }

  public Story story() {
    return story;
  }

  public Seam seam() {
    return seam;
  }

  /** Whether a transaction's commit is where this conversation has its point. */
  public boolean at(boolean committed, String key, List<String> statements) {
    return seam instanceof Seam.Commit commit
        && commit.done == committed
        && statements.stream().anyMatch(statement -> commit.writes.matcher(statement).find())
        && statements.stream().anyMatch(statement -> names(statement, key));
  }

  private static boolean names(String statement, String key) {
    return Pattern.compile("[\\[ {\"]" + key + "[,\\]}\"]").matcher(statement).find();
  }

  private static Seam last(Seam.Commit commit) {
    return new Seam.Commit(commit.done, commit.writes, true);
  }

  private static Seam.Commit before(String writes) {
    return new Seam.Commit(false, Pattern.compile(writes), false);
  }

  private static Seam.Commit after(String writes) {
    return new Seam.Commit(true, Pattern.compile(writes), false);
  }

  private static Seam notArrived(
      Function<Visit, String> whose, String method, String path, String body) {
    return new Seam.Call(false, whose, method, path, body);
  }

  private static Seam notAnswered(
      Function<Visit, String> whose, String method, String path, String body) {
    return new Seam.Call(true, whose, method, path, body);
  }
}
