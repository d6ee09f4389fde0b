package dev.baton.salesforce;

/**
 * Picklist values that an org may have renamed or restricted.
 *
 * @param origin Case.Origin of the cases this software creates
 * @param openStatus Case.Status of a case that is opened again
 * @param closedStatus Case.Status of a case that is withdrawn
 */
public record QueueSettings(String origin, String openStatus, String closedStatus) {

  /** The values of a new org. */
  public static final QueueSettings DEFAULT = new QueueSettings("Chat", "New", "Closed");
}
