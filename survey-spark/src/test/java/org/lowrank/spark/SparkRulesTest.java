package org.lowrank.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The directions of docs/architecture.md, as far as they meet this module: the other modules' test does not see it. */
@AnalyzeClasses(packages = "org.lowrank", importOptions = ImportOption.DoNotIncludeTests.class)
class SparkRulesTest {
    @ArchTest
    static final ArchRule nothingKnowsTheSurveyOnSpark = classes()
            .that()
            .resideInAPackage("org.lowrank.spark..")
            .should()
            .onlyBeAccessed()
            .byAnyPackage("org.lowrank.spark..");

    @ArchTest
    static final ArchRule itKnowsTheSurveyAndWhatIsBelow = noClasses()
            .that()
            .resideInAPackage("org.lowrank.spark..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.lowrank.cli..", "org.lowrank.trainer..", "org.lowrank.merge..", "picocli..");

    @ArchTest
    static final ArchRule onlyItsWayInPrints = noClasses()
            .that()
            .resideInAPackage("org.lowrank.spark..")
            .and()
            .doNotHaveSimpleName("Main")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(System.class, "exit", int.class);
}
