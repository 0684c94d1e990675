package org.lowrank.survey.population;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelNames;
import org.lowrank.weights.reference.ModelReference;

/** Which models a survey is of: those a text file names, or those in a folder. */
public final class ModelList {
    private static final long LARGEST = 64 << 20;
    private static final int DEPTH = 3;
    private static final Set<String> ALONE = Set.of(".safetensors", ".gguf", ".onnx", ".bin", ".pt", ".pth");

    private ModelList() {}

    /**
     * References in their order.
     *
     * @param place a text file of one reference a line, {@code #} starts a comment; or a folder, below which every directory with a
     *     config.json or weights is a model, in the order of their paths
     * @throws ModelNotFoundException if there is none
     */
    public static List<String> read(Path place) throws IOException, ModelNotFoundException {
        if (Files.isDirectory(place)) {
            return inside(place);
        }
        if (!Files.isRegularFile(place)) {
            throw new ModelNotFoundException("no such list: " + place
                    + ": there is no file and no folder; name a text file of one model a line, or a folder of models");
        }
        if (Files.size(place) > LARGEST) {
            throw new ModelNotFoundException(
                    "no list: " + place + ": " + Files.size(place) + " bytes; name a text file of one model a line");
        }
        List<String> references = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(place)) {
                String reference = line.replaceFirst("(^|\\s)#.*", "").strip();
                if (!reference.isEmpty()) {
                    references.add(reference);
                }
            }
        } catch (CharacterCodingException e) {
            throw new ModelNotFoundException(
                    "no list: " + place + ": not UTF-8 text; name a text file of one model a line");
        }
        if (references.isEmpty()) {
            throw new ModelNotFoundException("empty list: " + place + ": it names no model; write one a line");
        }
        return references;
    }

    /** The models of a list, each once and under a name of its own; what is no reference stays, and becomes a row that says so. */
    public static List<SurveyTarget> targets(List<String> texts) {
        Map<String, ModelReference> parsed = new LinkedHashMap<>();
        for (String text : texts) {
            try {
                parsed.put(text, ModelReference.parse(text));
            } catch (ModelNotFoundException e) {
                parsed.remove(text);
            }
        }
        Set<ModelReference> distinct = new LinkedHashSet<>(ModelNames.distinct(List.copyOf(parsed.values())));
        ModelNames names = ModelNames.of(List.copyOf(distinct));
        List<SurveyTarget> targets = new ArrayList<>();
        for (String text : new LinkedHashSet<>(texts)) {
            ModelReference reference = parsed.get(text);
            if (reference == null) {
                targets.add(new SurveyTarget(text));
            } else if (distinct.contains(reference)) {
                targets.add(new SurveyTarget(text, names.longer(reference)));
            }
        }
        return targets;
    }

    private static List<String> inside(Path folder) throws IOException, ModelNotFoundException {
        List<Path> models = new ArrayList<>();
        collect(folder, DEPTH, models);
        if (models.isEmpty()) {
            throw new ModelNotFoundException("no models: " + folder
                    + ": no folder below it has a config.json or weights; name a folder of models, or a list");
        }
        return models.stream().map(Path::toString).toList();
    }

    private static void collect(Path folder, int depth, List<Path> models) throws IOException {
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
        for (Path entry : entries) {
            if (!Files.isDirectory(entry)) {
                continue;
            }
            if (isModel(entry)) {
                models.add(entry);
            } else if (depth > 1) {
                collect(entry, depth - 1, models);
            }
        }
    }

    private static boolean isModel(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString().toLowerCase(Locale.ROOT))
                    .anyMatch(name -> name.equals("config.json")
                            || name.equals("adapter_config.json")
                            || ALONE.stream().anyMatch(name::endsWith)
                            || name.endsWith(".index.json"));
        }
    }
}
