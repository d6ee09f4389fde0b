package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LimitsTest extends SimulatedTest {

  private static final String QUERY = "SELECT Id FROM Case";

  @Test
  void theQuotaGoesDownAndIsExceededAsAQuota() {
    script("{'org':{'callsBefore':14998,'enforceLimit':true}}");

    assertThat(client.query(QUERY).header("Sforce-Limit-Info")).isEqualTo("api-usage=14999/15000");
    assertThat(
            client.get(Client.ORG + "/limits").json().at("/DailyApiRequests/Remaining").asInt(-1))
        .isZero();
    assertThat(client.query(QUERY).refusal()).isEqualTo("403 REQUEST_LIMIT_EXCEEDED");
    assertThat(client.create("Case", "{}").refusal()).isEqualTo("403 REQUEST_LIMIT_EXCEEDED");
  }

  @Test
  void unlessTheScriptSaysSoNoLimitIsEnforced() {
    script("{'org':{'dailyCalls':1}}");
    client.query(QUERY);

    assertThat(client.query(QUERY).status()).isEqualTo(200);
  }

  @Test
  void lockErrorsCanBeScriptedForActionsToo() {
    script(
        "{'faults':[{'match':{'path':'/actions/'},'then':{'status':500,'error':'UNABLE_TO_LOCK_ROW'}}]}");

    assertThat(
            client
                .post(Client.ORG + "/actions/custom/flow/Route_Chat", "{\"inputs\":[{}]}")
                .refusal())
        .isEqualTo("500 UNABLE_TO_LOCK_ROW");
  }
}
