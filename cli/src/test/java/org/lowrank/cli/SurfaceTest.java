package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a module programs are meant to use, and which of its rooms its sisters enter: docs/adr/0009-surfaces.md. */
class SurfaceTest {
    /** For programs: one to three packages of each module. */
    private static final Map<String, Set<String>> SURFACE = Map.of(
            "machine", Set.of("machine.memory", "machine.net", "machine.tasks"),
            "spectral", Set.of("spectral", "spectral.matrix"),
            "weights", Set.of("weights", "weights.files", "weights.tensor"),
            "inference", Set.of("inference.engine", "inference.loss", "inference.text"),
            "reports", Set.of("reports", "reports.finding"),
            "analyzer", Set.of("analyzer", "analyzer.layer", "analyzer.output"),
            "trainer", Set.of("trainer.experiment", "trainer.theory", "trainer.theory.claim"),
            "merge", Set.of("merge", "merge.output", "merge.recipe"),
            "survey", Set.of("survey.population", "survey.trace"));

    /** Rooms that other modules enter: its surface is part of it, and what only sisters need. No other room is entered. */
    private static final Map<String, Set<String>> ENTERED = new TreeMap<>(Map.of(
            "machine",
            Set.of(
                    "machine.files",
                    "machine.memory",
                    "machine.net",
                    "machine.program",
                    "machine.statistics",
                    "machine.tasks",
                    "machine.text"),
            "spectral",
            Set.of("spectral", "spectral.matrix"),
            "weights",
            Set.of(
                    "weights.adapter",
                    "weights.bytes",
                    "weights.files",
                    "weights.format",
                    "weights.hub",
                    "weights.maven",
                    "weights.reference",
                    "weights.tensor",
                    "weights.writing"),
            "inference",
            Set.of(
                    "inference.description",
                    "inference.engine",
                    "inference.library",
                    "inference.loss",
                    "inference.text"),
            "reports",
            Set.of("reports", "reports.finding"),
            "analyzer",
            Set.of(
                    "analyzer",
                    "analyzer.activation",
                    "analyzer.extraction",
                    "analyzer.layer",
                    "analyzer.measurement",
                    "analyzer.output",
                    "analyzer.overlap"),
            "trainer",
            Set.of(
                    "trainer.curve",
                    "trainer.experiment",
                    "trainer.merge",
                    "trainer.network",
                    "trainer.output",
                    "trainer.task",
                    "trainer.theory",
                    "trainer.theory.claim",
                    "trainer.variant"),
            "merge",
            Set.of("merge", "merge.finetuning", "merge.method", "merge.output", "merge.prediction", "merge.recipe"),
            "survey",
            Set.of("survey.population", "survey.trace")));

    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?org\\.lowrank\\.([a-z.]+)\\.[A-Z]");

    @Test
    void aSurfaceIsOneToThreePackages() {
        assertThat(SURFACE.values()).allSatisfy(packages -> assertThat(packages).hasSizeBetween(1, 3));
        assertThat(SURFACE.keySet()).isEqualTo(ENTERED.keySet());
    }

    /** The examples are programs: what they use is all that a program needs. */
    @Test
    void examplesUseTheSurfaceAlone() throws IOException {
        List<String> used = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("..", "examples", "src", "main", "java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher line = IMPORT.matcher(Files.readString(file));
                while (line.find()) {
                    used.add(line.group(1));
                }
            }
        }
        assertThat(used).hasSizeGreaterThan(5);
        assertThat(SURFACE.values().stream().flatMap(Set::stream)).containsAll(used);
    }

    @Test
    void noOtherRoomIsEnteredFromOutside() {
        Map<String, Set<String>> entered = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.lowrank")) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String room = room(dependency.getTargetClass().getBaseComponentType());
                String module = room.replaceFirst("\\..*", "");
                if (!room.isEmpty() && !module.equals(room(type).replaceFirst("\\..*", ""))) {
                    entered.computeIfAbsent(module, any -> new TreeSet<>()).add(room);
                }
            }
        }
        assertThat(entered).isEqualTo(ENTERED);
    }

    /** {@code org.lowrank.weights.hub.HubFiles} lies in weights.hub. */
    private static String room(JavaClass type) {
        return type.getPackageName().startsWith("org.lowrank.")
                ? type.getPackageName().substring("org.lowrank.".length())
                : "";
    }

    /** The types a program begins with, by their files. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "machine/net/WebClient",
                "machine/files/WholeFile",
                "machine/tasks/SideBySide",
                "spectral/SpectralEngines",
                "weights/OpenWeights",
                "inference/engine/LayerwiseModel",
                "reports/Result",
                "reports/ResultFiles",
                "analyzer/Lowrank",
                "analyzer/MeasureOptions",
                "trainer/experiment/MergingExperiment",
                "trainer/experiment/SweepExperiment",
                "trainer/theory/TheoryRun",
                "merge/Merge",
                "survey/population/Survey",
                "survey/trace/TraceRun"
            })
    void theWayInBeginsWithASnippet(String type) throws IOException {
        Path source = Path.of("..", type.replaceFirst("/.*", ""), "src/main/java/org/lowrank", type + ".java");
        String text = Files.readString(source);
        String comment = text.substring(text.indexOf("/**"), text.indexOf("\npublic "));
        assertThat(comment).contains("<pre>{@code\n", " * }</pre>\n");
    }
}
