package dev.baton.salesforce;

/** How a conversation gets to one agent. */
public enum AgentRouting {
  /**
   * Omni-Channel routes to a required preferred user. The org needs Skills-Based and
   * Direct-to-Agent Routing.
   */
  PREFERRED_USER,
  /**
   * We assign the work ourselves. The service channel's work has to be routed by nobody else: never
   * to be mixed with Omni-Channel's own routing.
   */
  EXTERNAL
}
