package dev.baton.salesforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SoqlTest {

  @Test
  void aValueCannotLeaveItsQuotes() {
    assertThat(Soql.text("x' OR Name LIKE '%")).isEqualTo("'x\\' OR Name LIKE \\'%'");
    assertThat(Soql.text("x\\")).isEqualTo("'x\\\\'");
    assertThat(Soql.text("x\\' OR Id!='")).isEqualTo("'x\\\\\\' OR Id!=\\''");
    assertThat(Soql.text("\"\n\r\t\b\f")).isEqualTo("'\\\"\\n\\r\\t\\b\\f'");
    assertThat(Soql.list(List.of("a", "b'c"))).isEqualTo("('a','b\\'c')");
  }
}
