package dev.baton.simulator;

import java.util.List;

/** Members of the script's {@code org} where orgs differ, or where the facts are uncertain. */
record OrgQuirks(
    List<String> channelStatuses,
    Composite composite,
    boolean flowViewRefusesOr,
    int flowIdLength,
    int actionErrorStatus,
    int deletedStatus,
    long callsBefore,
    boolean enforceLimit) {

  enum Composite {
    WORKS,
    REFUSES_ROUTING,
    OFF
  }

  static OrgQuirks read(StrictObject in) {
    return new OrgQuirks(
        in.texts("channelStatuses"),
        in.oneOf("composite", Composite.class, Composite.WORKS),
        in.flag("flowViewRefusesOr", false),
        either(in, "flowIdLength", 18, 15),
        either(in, "actionErrorStatus", 400, 200),
        either(in, "deletedStatus", 400, 404),
        in.notNegative("callsBefore", 0),
        in.flag("enforceLimit", false));
  }

  private static int either(StrictObject in, String name, int usual, int other) {
    long value = in.number(name, usual);
    if (value != usual && value != other) {
      throw in.wrong(name, usual + " or " + other);
    }
    return (int) value;
  }
}
