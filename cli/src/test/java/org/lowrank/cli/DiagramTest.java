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
import org.junit.jupiter.api.Test;

/** The diagram of docs/architecture.md shows the arrows between modules that there are, all of them and no others. */
class DiagramTest {
    /** {@code     cli ──► merge, survey}: one line a module, to all modules it knows. */
    private static final Pattern LINE = Pattern.compile("(?m)^    (\\w+) +──► ([\\w, ]+?)(?:  .*)?$");

    @Test
    void theDiagramShowsTheArrowsThereAre() throws IOException {
        assertThat(drawn()).isEqualTo(real());
    }

    /** Each arrow goes down the page, so that a circle cannot be drawn. */
    @Test
    void arrowsGoDown() throws IOException {
        List<String> above = new ArrayList<>();
        Matcher line = LINE.matcher(modules());
        while (line.find()) {
            above.add(line.group(1));
            assertThat(List.of(line.group(2).split(", "))).doesNotContainAnyElementsOf(above);
        }
        assertThat(above).hasSizeGreaterThan(8);
    }

    private static String modules() throws IOException {
        String text = Files.readString(Path.of("..", "docs", "architecture.md"));
        int from = text.indexOf("\n## Modules\n");
        return text.substring(from, text.indexOf("\n## ", from + 1));
    }

    private static Map<String, Set<String>> drawn() throws IOException {
        Map<String, Set<String>> arrows = new TreeMap<>();
        Matcher line = LINE.matcher(modules());
        while (line.find()) {
            arrows.put(line.group(1), new TreeSet<>(List.of(line.group(2).split(", "))));
        }
        return arrows;
    }

    private static Map<String, Set<String>> real() {
        Map<String, Set<String>> arrows = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.lowrank")) {
            String from = module(type);
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = module(dependency.getTargetClass());
                if (!to.isEmpty() && !to.equals(from)) {
                    arrows.computeIfAbsent(from, any -> new TreeSet<>()).add(to);
                }
            }
        }
        return arrows;
    }

    /** {@code org.lowrank.weights.hub.HubFiles} is of weights. */
    private static String module(JavaClass type) {
        Matcher name = Pattern.compile("^\\[*L?org\\.lowrank\\.(\\w+)\\..*").matcher(type.getName());
        return name.matches() ? name.group(1) : "";
    }
}
