package dev.baton;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;

/** Keeps the dependencies of the packages pointing one way. */
@AnalyzeClasses(packages = "dev.baton", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] DOMAIN = {
    "dev.baton.http..",
    "dev.baton.oauth..",
    "dev.baton.bots..",
    "dev.baton.transfer..",
    "dev.baton.salesforce..",
    "dev.baton.webhook.."
  };

  @ArchTest
  static final ArchRule theDomainKnowsNeitherCamundaNorSpring =
      noClasses()
          .that()
          .resideInAnyPackage(DOMAIN)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.camunda..", "org.springframework..");

  @ArchTest
  static final ArchRule theWorkKnowsNoCamunda =
      noClasses()
          .that()
          .resideInAnyPackage("dev.baton.conversation..", "dev.baton.dispatch..", "dev.baton.api..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.camunda..");

  @ArchTest
  static final ArchRule theEnginesInternalsAreUsedInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.baton.engine.plugin..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.camunda.bpm.engine.impl..");

  @ArchTest
  static final ArchRule theSimulatorIsASecondReadingOfTheFacts =
      noClasses()
          .that()
          .resideInAPackage("dev.baton.simulator..")
          .should()
          .dependOnClassesThat(
              com.tngtech.archunit.base.DescribedPredicate.describe(
                  "are Baton's own, outside of the simulator",
                  type ->
                      type.getPackageName().startsWith("dev.baton")
                          && !type.getPackageName().startsWith("dev.baton.simulator")));

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.baton.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule dependenciesPointDownward =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("app")
          .definedBy("dev.baton.app..")
          .layer("autoconfigure")
          .definedBy("dev.baton.autoconfigure..")
          .layer("api")
          .definedBy("dev.baton.api..")
          .layer("access")
          .definedBy("dev.baton.access..")
          .layer("engine")
          .definedBy("dev.baton.engine..")
          .layer("dispatch")
          .definedBy("dev.baton.dispatch..")
          .layer("conversation")
          .definedBy("dev.baton.conversation..")
          .layer("domain")
          .definedBy(DOMAIN)
          .whereLayer("app")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("autoconfigure")
          .mayOnlyBeAccessedByLayers("app")
          .whereLayer("api")
          .mayOnlyBeAccessedByLayers("autoconfigure", "app")
          .whereLayer("access")
          .mayOnlyBeAccessedByLayers("autoconfigure", "app")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("autoconfigure")
          .whereLayer("dispatch")
          .mayOnlyBeAccessedByLayers("autoconfigure")
          .whereLayer("conversation")
          .mayOnlyBeAccessedByLayers("dispatch", "engine", "api", "autoconfigure");

  @ArchTest
  static final ArchRule nullnessIsDeclaredInEveryPackage =
      classes()
          .that()
          .resideInAPackage("dev.baton..")
          .and()
          .haveSimpleName("package-info")
          .should()
          .beAnnotatedWith("org.jspecify.annotations.NullMarked");
}
