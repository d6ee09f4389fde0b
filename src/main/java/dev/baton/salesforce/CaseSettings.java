package dev.baton.salesforce;

import org.jspecify.annotations.Nullable;

/**
 * The cases this software creates: picklist values that an org may have renamed or restricted, and
 * fields that an org may have added.
 *
 * @param origin Case.Origin
 * @param openStatus Case.Status of a case that is opened again
 * @param closedStatus Case.Status of a case that is withdrawn
 * @param keyField API name of a unique External ID field of text, 200 characters long, that gets
 *     the offer's key: a queue's case is then created at most once, whatever happens to the answer.
 *     Null without one
 * @param handoverField API name of a long text area that gets the handover as JSON, up to {@value
 *     #LONGEST_HANDOVER} characters; null without one
 */
public record CaseSettings(
    String origin,
    String openStatus,
    String closedStatus,
    @Nullable String keyField,
    @Nullable String handoverField) {

  /** What a long text area holds at most. */
  static final int LONGEST_HANDOVER = 131_072;

  /** The values of a new org. */
  public static final CaseSettings DEFAULT = new CaseSettings("Chat", "New", "Closed");

  /** Without fields of the org's own. */
  public CaseSettings(String origin, String openStatus, String closedStatus) {
    this(origin, openStatus, closedStatus, null, null);
  }
}
