package org.lowrank.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.Socket;
import java.net.URL;
import java.net.URLConnection;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;

/** The directions and habits of docs/architecture.md. */
@AnalyzeClasses(packages = "org.lowrank", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
    @ArchTest
    static final ArchRule modulesDependInOneDirection = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("machine")
            .definedBy("org.lowrank.machine..")
            .layer("weights")
            .definedBy("org.lowrank.weights..")
            .layer("spectral")
            .definedBy("org.lowrank.spectral..")
            .layer("reports")
            .definedBy("org.lowrank.reports..")
            .layer("inference")
            .definedBy("org.lowrank.inference..")
            .layer("analyzer")
            .definedBy("org.lowrank.analyzer..")
            .layer("trainer")
            .definedBy("org.lowrank.trainer..")
            .layer("merge")
            .definedBy("org.lowrank.merge..")
            .layer("survey")
            .definedBy("org.lowrank.survey..")
            .layer("cli")
            .definedBy("org.lowrank.cli..")
            // only in a build with -P spark, where its own test holds it to the same
            .optionalLayer("spark")
            .definedBy("org.lowrank.spark..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("spark")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("merge")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("survey")
            .mayOnlyBeAccessedByLayers("cli", "spark")
            .whereLayer("analyzer")
            .mayOnlyBeAccessedByLayers("merge", "survey", "cli", "spark")
            .whereLayer("trainer")
            .mayOnlyBeAccessedByLayers("merge", "cli")
            .whereLayer("reports")
            .mayOnlyBeAccessedByLayers("analyzer", "trainer", "merge", "survey", "cli", "spark")
            .whereLayer("spectral")
            .mayOnlyBeAccessedByLayers("analyzer", "trainer", "merge", "survey", "cli", "spark")
            .whereLayer("inference")
            .mayOnlyBeAccessedByLayers("analyzer", "merge", "cli")
            .whereLayer("weights")
            .mayOnlyBeAccessedByLayers("inference", "analyzer", "merge", "survey", "cli", "spark")
            .whereLayer("machine")
            .mayOnlyBeAccessedByLayers(
                    "weights",
                    "inference",
                    "spectral",
                    "reports",
                    "analyzer",
                    "trainer",
                    "merge",
                    "survey",
                    "cli",
                    "spark");

    @ArchTest
    static final ArchRule spectralFlowsFromLoopsToMeasures = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("kernel")
            .definedBy("org.lowrank.spectral.kernel..")
            .layer("matrix")
            .definedBy("org.lowrank.spectral.matrix..")
            .layer("algebra")
            .definedBy("org.lowrank.spectral.algebra..")
            .layer("lanczos")
            .definedBy("org.lowrank.spectral.lanczos..")
            .layer("measures")
            .definedBy("org.lowrank.spectral")
            .whereLayer("measures")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("lanczos")
            .mayOnlyBeAccessedByLayers("measures")
            .whereLayer("algebra")
            .mayOnlyBeAccessedByLayers("lanczos", "measures")
            .whereLayer("matrix")
            .mayOnlyBeAccessedByLayers("algebra", "lanczos", "measures")
            .whereLayer("kernel")
            .mayOnlyBeAccessedByLayers("matrix", "algebra", "lanczos", "measures");

    @ArchTest
    static final ArchRule spectralKeepsItsWorkshopToItself = noClasses()
            .that()
            .resideOutsideOfPackage("org.lowrank.spectral..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.lowrank.spectral.kernel..",
                    "org.lowrank.spectral.algebra..",
                    "org.lowrank.spectral.lanczos..");

    @ArchTest
    static final ArchRule weightsFlowFromNamesToTensors = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("bytes")
            .definedBy("org.lowrank.weights.bytes..")
            .layer("tensor")
            .definedBy("org.lowrank.weights.tensor..")
            .layer("scheme")
            .definedBy("org.lowrank.weights.scheme..")
            .layer("files")
            .definedBy("org.lowrank.weights.files..")
            .layer("format")
            .definedBy("org.lowrank.weights.format..")
            .layer("hub")
            .definedBy("org.lowrank.weights.hub..")
            .layer("maven")
            .definedBy("org.lowrank.weights.maven..")
            .layer("reference")
            .definedBy("org.lowrank.weights.reference..")
            .layer("adapter")
            .definedBy("org.lowrank.weights.adapter..")
            .layer("writing")
            .definedBy("org.lowrank.weights.writing..")
            .whereLayer("adapter")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("writing")
            .mayOnlyBeAccessedByLayers("adapter")
            .whereLayer("reference")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("hub")
            .mayOnlyBeAccessedByLayers("reference")
            .whereLayer("maven")
            .mayOnlyBeAccessedByLayers("reference")
            .whereLayer("format")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("files")
            .mayOnlyBeAccessedByLayers("format", "hub", "maven", "reference", "adapter")
            .whereLayer("scheme")
            .mayOnlyBeAccessedByLayers("format")
            .whereLayer("tensor")
            .mayOnlyBeAccessedByLayers("scheme", "format", "writing", "adapter")
            .whereLayer("bytes")
            .mayOnlyBeAccessedByLayers(
                    "tensor", "scheme", "format", "files", "hub", "maven", "reference", "writing", "adapter");

    @ArchTest
    static final ArchRule measurementsFlowFromLayerToOutput = noClasses()
            .that()
            .resideInAnyPackage("org.lowrank.analyzer.layer..", "org.lowrank.analyzer.measurement..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.lowrank.analyzer.output..", "org.lowrank.reports");

    @ArchTest
    static final ArchRule aTrainingRunAndAPopulationDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("org.lowrank.survey.trace..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.lowrank.survey.population..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyFineTuningKnowsTheTrainer = noClasses()
            .that()
            .resideInAPackage("org.lowrank.merge..")
            .and()
            .resideOutsideOfPackage("org.lowrank.merge.finetuning..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.lowrank.trainer..", "org.lowrank.merge.finetuning..");

    @ArchTest
    static final ArchRule findingsDoNotKnowThePage = noClasses()
            .that()
            .resideInAPackage("org.lowrank.reports.finding..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.lowrank.reports");

    @ArchTest
    static final ArchRule layersAreFoundBeforeAnythingIsMeasured = noClasses()
            .that()
            .resideInAPackage("org.lowrank.analyzer.layer..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.lowrank.analyzer.measurement..");

    @ArchTest
    static final ArchRule modelsAreDescribedBeforeTheyRun = noClasses()
            .that()
            .resideInAPackage("org.lowrank.inference.description..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.lowrank.inference.engine..", "ai.djl..");

    @ArchTest
    static final ArchRule djlMultipliesTrainsAndTokenises = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "org.lowrank.spectral..",
                    "org.lowrank.trainer..",
                    "org.lowrank.inference..",
                    "org.lowrank.merge.finetuning..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule onlyTheCommandParsesOptions = noClasses()
            .that()
            .resideOutsideOfPackage("org.lowrank.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    @ArchTest
    static final ArchRule onlyTheSurveyOnSparkKnowsSpark = noClasses()
            .that()
            .resideOutsideOfPackage("org.lowrank.spark..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.spark..");

    @ArchTest
    static final ArchRule onlyTheCommandPrintsAndExits = noClasses()
            .that()
            .resideOutsideOfPackages("org.lowrank.cli..", "org.lowrank.spark..") // each a program
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(System.class, "exit", int.class);

    @ArchTest
    static final ArchRule spectralDoesNoInputAndOutput = noClasses()
            .that()
            .resideInAPackage("org.lowrank.spectral..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net..");

    @ArchTest
    static final ArchRule oneWayToFetch = noClasses()
            .that()
            .resideOutsideOfPackage("org.lowrank.machine.net..")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(HttpClient.class, HttpRequest.class, URLConnection.class, Socket.class)
            .orShould()
            .callMethod(URL.class, "openStream")
            .orShould()
            .callMethod(URL.class, "openConnection");

    @ArchTest
    static final ArchRule nothingIsCalledUtil =
            classes().should().resideOutsideOfPackages("..util..", "..common..", "..helper..");
}
