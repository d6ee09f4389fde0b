package dev.baton.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.ProcessEngineConfiguration;
import org.camunda.bpm.engine.repository.ProcessDefinition;
import org.camunda.bpm.model.bpmn.Bpmn;
import org.camunda.bpm.model.bpmn.BpmnModelInstance;
import org.camunda.bpm.model.bpmn.instance.Activity;
import org.camunda.bpm.model.bpmn.instance.Association;
import org.camunda.bpm.model.bpmn.instance.BoundaryEvent;
import org.camunda.bpm.model.bpmn.instance.CompensateEventDefinition;
import org.camunda.bpm.model.bpmn.instance.EndEvent;
import org.camunda.bpm.model.bpmn.instance.ExclusiveGateway;
import org.camunda.bpm.model.bpmn.instance.FlowNode;
import org.camunda.bpm.model.bpmn.instance.InclusiveGateway;
import org.camunda.bpm.model.bpmn.instance.SequenceFlow;
import org.camunda.bpm.model.bpmn.instance.ServiceTask;
import org.camunda.bpm.model.bpmn.instance.SubProcess;
import org.camunda.bpm.model.bpmn.instance.bpmndi.BpmnShape;
import org.camunda.bpm.model.bpmn.instance.dc.Bounds;
import org.camunda.bpm.model.xml.instance.ModelElementInstance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The process files as a person draws them and as the engine reads them. */
class ProcessFilesTest {

  private static final File CONVERSATION = new File("bpmn/bot-conversation.bpmn");
  private static final File INBOX = new File("bpmn/customer-inbox.bpmn");

  static Stream<BpmnModelInstance> models() {
    return Stream.of(
            CONVERSATION,
            INBOX,
            new File("docs/examples/one-question.bpmn"),
            new File("docs/examples/approved-transfer.bpmn"))
        .map(Bpmn::readModelFromFile);
  }

  @Test
  void theEngineAcceptsBoth() {
    ProcessEngineConfiguration configuration =
        ProcessEngineConfiguration.createStandaloneInMemProcessEngineConfiguration()
            .setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID())
            .setHistory(ProcessEngineConfiguration.HISTORY_NONE)
            .setJobExecutorActivate(false);
    ProcessEngine engine = configuration.buildProcessEngine();
    try {
      engine
          .getRepositoryService()
          .createDeployment()
          .addModelInstance(CONVERSATION.getName(), Bpmn.readModelFromFile(CONVERSATION))
          .addModelInstance(INBOX.getName(), Bpmn.readModelFromFile(INBOX))
          .deploy();
      assertThat(engine.getRepositoryService().createProcessDefinitionQuery().list())
          .extracting(ProcessDefinition::getKey)
          .containsExactlyInAnyOrder("bot-conversation", "customer-inbox");
    } finally {
      engine.close();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void everythingIsDrawn(BpmnModelInstance model) {
    assertThat(model.getModelElementsByType(FlowNode.class))
        .isNotEmpty()
        .allSatisfy(node -> assertThat(node.getDiagramElement()).as(node.getId()).isNotNull());
    assertThat(model.getModelElementsByType(SequenceFlow.class))
        .isNotEmpty()
        .allSatisfy(flow -> assertThat(flow.getDiagramElement()).as(flow.getId()).isNotNull());
  }

  @ParameterizedTest
  @MethodSource("models")
  void nothingLiesOnTopOfAnother(BpmnModelInstance model) {
    List<FlowNode> nodes =
        model.getModelElementsByType(FlowNode.class).stream()
            .filter(node -> !(node instanceof BoundaryEvent))
            .toList();
    List<String> overlaps = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (FlowNode other : nodes.subList(i + 1, nodes.size())) {
        FlowNode node = nodes.get(i);
        if (node.getParentElement().equals(other.getParentElement()) && overlap(node, other)) {
          overlaps.add(node.getId() + " and " + other.getId());
        }
      }
    }
    assertThat(overlaps).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("models")
  void everythingHasAName(BpmnModelInstance model) {
    assertThat(model.getModelElementsByType(FlowNode.class))
        .allSatisfy(node -> assertThat(node.getName()).as(node.getId()).isNotBlank());
    assertThat(model.getModelElementsByType(SequenceFlow.class))
        .filteredOn(flow -> decides(flow.getSource()))
        .allSatisfy(flow -> assertThat(flow.getName()).as(flow.getId()).isNotBlank());
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyExternalTaskHasATopic(BpmnModelInstance model) {
    assertThat(model.getModelElementsByType(ServiceTask.class))
        .filteredOn(task -> "external".equals(task.getCamundaType()))
        .allSatisfy(
            task -> assertThat(task.getCamundaTopic()).as(task.getId()).matches("(bot|target)-.+"));
  }

  /**
   * What bpmnlint's no-implicit-end looks for; that rule itself does not see the associations
   * inside a transaction.
   */
  @ParameterizedTest
  @MethodSource("models")
  void everyPathEndsInAnEndEventOrACompensation(BpmnModelInstance model) {
    Collection<Association> associations = model.getModelElementsByType(Association.class);
    assertThat(model.getModelElementsByType(FlowNode.class))
        .filteredOn(node -> node.getOutgoing().isEmpty() && !(node instanceof EndEvent))
        .allSatisfy(
            node ->
                assertThat(
                        isHandler(node) || isEventSubProcess(node) || leadsOn(node, associations))
                    .as(node.getId())
                    .isTrue());
  }

  private static boolean decides(ModelElementInstance element) {
    return element instanceof ExclusiveGateway || element instanceof InclusiveGateway;
  }

  private static boolean isHandler(FlowNode node) {
    return node instanceof Activity activity && activity.isForCompensation();
  }

  private static boolean isEventSubProcess(FlowNode node) {
    return node instanceof SubProcess subProcess && subProcess.triggeredByEvent();
  }

  private static boolean leadsOn(FlowNode node, Collection<Association> associations) {
    return node instanceof BoundaryEvent event
        && event.getEventDefinitions().stream()
            .allMatch(CompensateEventDefinition.class::isInstance)
        && associations.stream().anyMatch(association -> association.getSource().equals(node));
  }

  private static boolean overlap(FlowNode one, FlowNode other) {
    Bounds a = bounds(one);
    Bounds b = bounds(other);
    return a.getX() < b.getX() + b.getWidth()
        && b.getX() < a.getX() + a.getWidth()
        && a.getY() < b.getY() + b.getHeight()
        && b.getY() < a.getY() + a.getHeight();
  }

  private static Bounds bounds(FlowNode node) {
    return ((BpmnShape) node.getDiagramElement()).getBounds();
  }
}
