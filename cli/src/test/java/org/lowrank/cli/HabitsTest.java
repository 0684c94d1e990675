package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How long a file and how wide a signature may be, and which are wider, each for a reason. */
class HabitsTest {
    private static final int LONGEST = 300;
    private static final int WIDEST = 8;

    private static final String DOCUMENT =
            "a saved result: a component for each member of its JSON, whose names are a contract";
    private static final String ROW = "a row of a table: a component for each column, whose names are a contract";
    private static final String MEASUREMENT =
            "the numbers of one measurement, read together, each defined where it stands";
    private static final String SETTINGS = "settings: a component for each option of the command, saved in result.json";
    private static final String LOOP =
            "an inner loop over arrays and offsets, where an object for each call would cost more than it does";

    /** Records and methods with more than {@value #WIDEST} components or parameters, and why. */
    private static final Map<String, String> WIDER = new TreeMap<>(Map.ofEntries(
            Map.entry("analyzer.output.AnalysisResult", DOCUMENT),
            Map.entry("analyzer.output.ComparisonResult", DOCUMENT),
            Map.entry("analyzer.output.ComparisonResult.of", "makes the document from what a comparison hands over"),
            Map.entry("analyzer.output.ExtractionResult", DOCUMENT),
            Map.entry("analyzer.output.OverlapResult", DOCUMENT),
            Map.entry("analyzer.output.RunResult", DOCUMENT),
            Map.entry("analyzer.overlap.TextOverlap", DOCUMENT),
            Map.entry("merge.output.MergeResult", DOCUMENT),
            Map.entry("survey.population.SurveyedModel", DOCUMENT),
            Map.entry("survey.trace.TraceResult", DOCUMENT),
            Map.entry("trainer.theory.claim.CheckResult", DOCUMENT),
            Map.entry("analyzer.activation.ActivationMeasurement", ROW),
            Map.entry("analyzer.activation.ActivationOverlap", ROW),
            Map.entry("analyzer.activation.ActivationOverlap$Reading", ROW),
            Map.entry("analyzer.activation.TaskInterference", ROW),
            Map.entry("analyzer.activation.TaskInterference$Terms", ROW),
            Map.entry("analyzer.comparison.MatrixPair", ROW),
            Map.entry("analyzer.comparison.TaskVectorRow", ROW),
            Map.entry("analyzer.measurement.MatrixRow", ROW),
            Map.entry("merge.output.MergeResult$TensorRow", ROW),
            Map.entry("analyzer.comparison.AdapterAlignment", MEASUREMENT),
            Map.entry("analyzer.comparison.SubspaceOverlap", MEASUREMENT),
            Map.entry("analyzer.overlap.Distribution", MEASUREMENT),
            Map.entry("spectral.SpectralMeasurement", MEASUREMENT),
            Map.entry("merge.method.TensorParameters", SETTINGS),
            Map.entry("trainer.experiment.MergingSettings", SETTINGS),
            Map.entry("trainer.experiment.Protocol", SETTINGS),
            Map.entry("trainer.experiment.SweepSettings", SETTINGS),
            Map.entry("spectral.kernel.HalfRows.pair", LOOP),
            Map.entry("trainer.descent.SecondLayer.pair", LOOP),
            Map.entry("trainer.theory.flow.GradientFlow.euler", LOOP),
            Map.entry("reports.Report", "a page from top to bottom: a component for each of its parts")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.lowrank");

    @Test
    void noFileIsLongerThanThreeHundredLines() throws IOException {
        List<String> longer = new ArrayList<>();
        for (Path root : sources()) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    int lines = Files.readAllLines(file).size();
                    if (lines > LONGEST) {
                        longer.add(file.getFileName() + ": " + lines + " lines");
                    }
                }
            }
        }
        assertThat(longer).isEmpty();
    }

    /** Main code and the fakes of every module; at least ten modules, so that a moved tree cannot pass unread. */
    private static List<Path> sources() throws IOException {
        List<Path> roots = new ArrayList<>();
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            for (Path module : modules.toList()) {
                for (String root : List.of("src/main/java", "src/fakes/java")) {
                    if (Files.isDirectory(module.resolve(root))) {
                        roots.add(module.resolve(root));
                    }
                }
            }
        }
        assertThat(roots).hasSizeGreaterThan(10);
        return roots;
    }

    @Test
    void widerSignaturesHaveAReason() {
        Set<String> wider = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            for (JavaCodeUnit unit : type.getCodeUnits()) {
                if (isWritten(unit) && parameters(unit) > WIDEST) {
                    wider.add(name(unit));
                }
            }
        }
        assertThat(wider).isEqualTo(WIDER.keySet());
    }

    private static boolean isWritten(JavaCodeUnit unit) {
        return !unit.getModifiers().contains(JavaModifier.SYNTHETIC)
                && !unit.getModifiers().contains(JavaModifier.BRIDGE)
                && !unit.getOwner().isAnonymousClass()
                && !unit.getOwner().getName().contains(".jte.");
    }

    /** Those of the source: constructors of enums have two more in the class file, those of inner classes one. */
    private static int parameters(JavaCodeUnit unit) {
        JavaClass owner = unit.getOwner();
        int all = unit.getRawParameterTypes().size();
        if (unit instanceof JavaMethod) {
            return all;
        }
        boolean inner = owner.isInnerClass();
        return all - (owner.isEnum() ? 2 : inner ? 1 : 0);
    }

    private static String name(JavaCodeUnit unit) {
        String owner = unit.getOwner().getName().replaceFirst("^org\\.lowrank\\.", "");
        return unit instanceof JavaMethod ? owner + "." + unit.getName() : owner;
    }
}
