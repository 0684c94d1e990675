package org.lowrank.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The directions of docs/architecture.md, as far as they meet this module: the other modules' test does not see it. That none of them
 * knows this one needs no rule: none has it on its class path.
 */
@AnalyzeClasses(packages = "org.lowrank.spark", importOptions = ImportOption.DoNotIncludeTests.class)
class SparkRulesTest {
    @ArchTest
    static final ArchRule itKnowsTheSurveyAndWhatIsBelow = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.lowrank.cli..", "org.lowrank.trainer..", "org.lowrank.merge..", "picocli..");

    @ArchTest
    static final ArchRule onlyItsWayInPrints = noClasses()
            .that()
            .doNotHaveSimpleName("Main")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(System.class, "exit", int.class);
}
