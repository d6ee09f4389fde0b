package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SoqlTest {

  private static final Soql.Table TABLE =
      new Soql.Table(
          "Thing",
          List.of("Id", "Name", "Open", "CreatedDate"),
          List.of(
              thing("500xx0000000001AAA", "it's", true, "1"),
              thing("500xx0000000002AAA", "two", false, "2"),
              thing("500xx0000000003AAA", "three", true, "2")));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT Id FROM Thing|1 2 3",
        "select id from thing where name = \"TWO\"|2",
        "SELECT Id FROM Thing WHERE Name=\"it\\\"s\"|1",
        "SELECT Id FROM Thing WHERE Id IN (\"500xx0000000001\",\"500xx0000000003AAA\")|1 3",
        "SELECT Id FROM Thing WHERE Id NOT IN (\"500xx0000000001\")|2 3",
        "SELECT Id FROM Thing WHERE Open=true AND Name!=\"three\"|1",
        "SELECT Id FROM Thing WHERE Open=false OR Name=\"three\"|2 3",
        "SELECT Id FROM Thing WHERE Name=null|''",
        "SELECT Id FROM Thing WHERE (Open=false OR Name=\"three\") AND Open=true|3",
        "SELECT Id FROM Thing ORDER BY CreatedDate DESC|3 2 1",
        "SELECT Id FROM Thing ORDER BY CreatedDate DESC LIMIT 1|3",
        "SELECT Id FROM Thing ORDER BY Name ASC NULLS LAST|1 3 2"
      })
  void rowsAreFoundAndOrdered(String query, String numbers) {
    List<String> found =
        run(query.replace('"', '\'')).rows().stream()
            .map(row -> row.path("Id").asText().substring(14, 15))
            .toList();

    assertThat(String.join(" ", found)).isEqualTo(numbers);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT Id FROM Other|INVALID_TYPE",
        "SELECT Size FROM Thing|INVALID_FIELD",
        "SELECT Id FROM Thing WHERE Size=\"1\"|INVALID_FIELD",
        "SELECT Id FROM Thing ORDER BY Size|INVALID_FIELD",
        "SELECT Id FROM Thing WHERE Id=\"1\"|INVALID_QUERY_FILTER_OPERATOR",
        "SELECT FROM Thing|MALFORMED_QUERY",
        "SELECT Id|MALFORMED_QUERY",
        "SELECT Id FROM Thing WHERE|MALFORMED_QUERY",
        "SELECT Id FROM Thing WHERE Name=\"a|MALFORMED_QUERY",
        "SELECT Id FROM Thing WHERE Name LIKE \"a\"|MALFORMED_QUERY",
        "SELECT Id FROM Thing WHERE Open=true AND Open=false OR Open=true|MALFORMED_QUERY",
        "SELECT Id FROM Thing LIMIT ten|MALFORMED_QUERY",
        "SELECT Id FROM Thing; DELETE|MALFORMED_QUERY"
      })
  void whatItCannotReadItRefuses(String query, String code) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> run(query.replace('"', '\'')));

    assertThat(String.valueOf(refusal.answer().json())).contains(code);
  }

  @Test
  void rowsCanBeCounted() {
    Soql.Result counted = run("SELECT COUNT() FROM Thing WHERE Open=true");

    assertThat(counted.fields()).isEmpty();
    assertThat(counted.rows()).hasSize(2);
  }

  @Test
  void fieldsComeUnderTheirOwnNames() {
    assertThat(run("SELECT ID,name FROM THING").fields()).containsExactly("Id", "Name");
  }

  private static Soql.Result run(String query) {
    return Soql.run(
        query, name -> name.equalsIgnoreCase("Thing") ? Optional.of(TABLE) : Optional.empty());
  }

  private static ObjectNode thing(String id, String name, boolean open, String created) {
    return Json.object()
        .put("Id", id)
        .put("Name", name)
        .put("Open", open)
        .put("CreatedDate", created);
  }
}
