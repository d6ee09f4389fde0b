package dev.baton.it.support;

import dev.baton.simulator.Simulator;
import java.util.ArrayList;
import java.util.List;

/**
 * The ways to somebody in an org, each with what the org is to be asked for: requests as {@link
 * OrgTrail} writes them.
 */
public enum Kind {
  QUEUE(
      "Salesforce:Core:Queue:Id",
      Simulator.DEMO_QUEUE_ID,
      """
      POST sobjects/Case auto-assign=FALSE \
      {"Subject":"Chat transfer <offer>","Description":"<transcript>","Origin":"Chat","OwnerId":"00Gxx0000012345EAA"}""",
      "SELECT Id,Name,QueueRoutingConfigId FROM Group WHERE Type='Queue' AND Id='00Gxx0000012345EAA'"),
  SKILL(
      "Salesforce:Core:Skill:Id",
      Simulator.DEMO_SKILL_ID,
      composite(
          """
          {"method":"POST","url":"<data>/sobjects/PendingServiceRouting","referenceId":"psr","body":\
          {"WorkItemId":"@{kase.id}","ServiceChannelId":"0N9xx0000000001CAA","RoutingType":"SkillsBased",\
          "RoutingModel":"MostAvailable","RoutingPriority":1,"CapacityWeight":1,"IsReadyForRouting":false}},\
          {"method":"POST","url":"<data>/sobjects/SkillRequirement","referenceId":"skill1","body":\
          {"RelatedRecordId":"@{psr.id}","SkillId":"0C5xx0000000001CAA","SkillLevel":0}},\
          {"method":"PATCH","url":"<data>/sobjects/PendingServiceRouting/@{psr.id}","referenceId":"ready",\
          "body":{"IsReadyForRouting":true}}"""),
      "SELECT Id,DeveloperName,MasterLabel FROM Skill WHERE Id='0C5xx0000000001CAA'"),
  AGENT(
      "Baton:Agent:Id",
      Simulator.DEMO_AGENT_ID,
      composite(
          """
          {"method":"POST","url":"<data>/sobjects/PendingServiceRouting","referenceId":"psr","body":\
          {"WorkItemId":"@{kase.id}","ServiceChannelId":"0N9xx0000000001CAA","RoutingType":"SkillsBased",\
          "RoutingModel":"MostAvailable","CapacityWeight":1,"PreferredUserId":"005xx0000000001AAA",\
          "IsPreferredUserRequired":true,"IsReadyForRouting":true}}"""),
      presence()),
  /** An agent, where {@code baton.targets.agent.routing} is {@code external}. */
  EXTERNAL_AGENT(
      "Baton:Agent:Id",
      Simulator.DEMO_AGENT_ID,
      composite(
          """
          {"method":"POST","url":"<data>/sobjects/PendingServiceRouting","referenceId":"psr","body":\
          {"WorkItemId":"@{kase.id}","ServiceChannelId":"0N9xx0000000001CAA",\
          "RoutingModel":"ExternalRouting","CapacityWeight":1,"IsReadyForRouting":true}},\
          {"method":"POST","url":"<data>/sobjects/AgentWork","referenceId":"work","body":\
          {"ServiceChannelId":"0N9xx0000000001CAA","WorkItemId":"@{kase.id}","UserId":"005xx0000000001AAA",\
          "PendingServiceRoutingId":"@{psr.id}","CapacityWeight":1}}"""),
      presence()),
  FLOW(
      "Salesforce:Core:Flow:Id",
      Simulator.DEMO_FLOW_ID,
      """
      POST actions/custom/flow/Route_Chat {"inputs":[{"sessionId":"<session>",\
      "subject":"Chat transfer <offer>","transferKey":"<offer>"}]}""");

  public static final String CLOSE =
      "PATCH sobjects/Case/<case> auto-assign=FALSE {\"Status\":\"Closed\"}";
  public static final String OPEN_AGAIN =
      "PATCH sobjects/Case/<case> auto-assign=FALSE {\"Status\":\"New\"}";
  public static final String LEAVE_LINE = "DELETE sobjects/PendingServiceRouting/<row>";
  public static final String PENDING =
      "SELECT Id,WorkItemId,IsPushed,IsPushAttempted,IsReadyForRouting"
          + " FROM PendingServiceRouting WHERE WorkItemId IN ('<case>')";
  public static final String WORK =
      "SELECT Id,Status,UserId,WorkItemId,AssignedDateTime,AcceptDateTime,DeclineDateTime,"
          + "PendingServiceRoutingId FROM AgentWork WHERE WorkItemId IN ('<case>')"
          + " ORDER BY CreatedDate DESC";

  public final String type;
  public final String value;

  /** The one request that makes the offer. */
  public final String offer;

  private final String looks;

  Kind(String type, String value, String offer, String... looks) {
    this.type = type;
    this.value = value;
    this.offer = offer;
    this.looks = String.join("\n", looks);
  }

  public String target() {
    return "{'type':'%s','value':'%s'}".formatted(type, value);
  }

  /** What is read before the offer and while it waits. */
  public List<String> reads() {
    List<String> reads = new ArrayList<>(looks.lines().toList());
    reads.addAll(List.of(PENDING, WORK));
    return reads;
  }

  /** What takes the offer back that waits in the line. */
  public List<String> withdrawal() {
    return this == QUEUE ? List.of(CLOSE) : List.of(LEAVE_LINE, CLOSE);
  }

  private static String composite(String steps) {
    return """
        POST composite {"allOrNone":true,"collateSubrequests":false,"compositeRequest":[\
        {"method":"POST","url":"<data>/sobjects/Case","referenceId":"kase","body":\
        {"Subject":"Chat transfer <offer>","Description":"<transcript>","Origin":"Chat"},\
        "httpHeaders":{"Sforce-Auto-Assign":"FALSE"}},"""
        + steps
        + "]}";
  }

  private static String[] presence() {
    return new String[] {
      "SELECT UserId,ServicePresenceStatusId,IsAway,ConfiguredCapacity,AverageCapacity,StatusStartDate"
          + " FROM UserServicePresence WHERE IsCurrentState=true AND UserId IN ('005xx0000000001AAA')",
      "SELECT ServicePresenceStatusId FROM ServiceChannelStatus"
          + " WHERE ServiceChannelId='0N9xx0000000001CAA'",
      "SELECT UserId,CapacityWeight,CapacityPercentage,Status FROM AgentWork"
          + " WHERE UserId='005xx0000000001AAA' AND Status IN ('Assigned','Opened')"
    };
  }
}
