package dev.baton.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.support.Baton.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;

/** Deploys processes to a running application, as modelling tools do. */
public final class Deployments {

  private static final String BOUNDARY = "a-boundary";

  private Deployments() {}

  /** Posts a file to the engine's REST interface. */
  public static Answer deploy(Baton baton, String fileName, String bpmn) {
    String body =
        """
        --%1$s\r
        Content-Disposition: form-data; name="deployment-name"\r
        \r
        %2$s\r
        --%1$s\r
        Content-Disposition: form-data; name="data"; filename="%2$s"\r
        Content-Type: application/octet-stream\r
        \r
        %3$s\r
        --%1$s--\r
        """
            .formatted(BOUNDARY, fileName, bpmn);
    return baton.send(
        baton
            .request("/engine-rest/deployment/create")
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(BodyPublishers.ofString(body)));
  }

  /** Deploys one of the examples that are documented. */
  public static void example(Baton baton, String name) {
    try {
      String bpmn = Files.readString(Path.of("docs", "examples", name + ".bpmn"));
      Answer answer = deploy(baton, name + ".bpmn", bpmn);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file with one process, started with an Open step, and what else is in it. */
  public static String process(String key, String inside) {
    return file(
        """
        <process id="%s" isExecutable="true">
          <startEvent id="Started"/>
          <sequenceFlow id="begun" sourceRef="Started" targetRef="Open"/>
          <serviceTask id="Open" camunda:delegateExpression="${batonOpenConversation}"/>
          %s
        </process>
        """
            .formatted(key, inside));
  }

  /** A file of these definitions, with Baton's messages and those of channels. */
  public static String file(String definitions) {
    return """
    <?xml version="1.0" encoding="UTF-8"?>
    <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="test">
      <message id="arrived" name="customer-message-arrived"/>
      <message id="left" name="conversation-left"/>
      <message id="slip" name="customer-message-arived"/>
      <message id="written" name="customer-message"/>
      %s
    </definitions>
    """
        .formatted(definitions);
  }
}
