package org.lowrank.weights.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * What may be read of a model: the file the user named, or what lies at the top of its folder, or, where nothing does, the
 * one folder below that has weights.
 *
 * @param candidates best first
 * @param notes what to say of the choice
 * @param nothing what to say where no candidate can be read
 */
record WeightChoice(List<Candidate> candidates, List<String> notes, MalformedWeightsException nothing) {
    private static final String MODULES = "modules.json";

    static WeightChoice of(ModelFiles files, List<String> names) throws IOException, ModelNotFoundException {
        Optional<String> named = files.weightFile();
        if (named.isPresent()) {
            Candidate candidate = WeightFiles.named(resolved(named.get(), names), names);
            return new WeightChoice(List.of(candidate), List.of(), none(files, names, List.of()));
        }
        String root = files.folder();
        List<Candidate> top = WeightFiles.at(root, names);
        if (!top.isEmpty()) {
            return new WeightChoice(top, List.of(), none(files, names, List.of()));
        }
        List<String> folders = WeightFiles.folders(root, names);
        Optional<String> module = module(files, root, names).filter(folders::contains);
        if (module.isEmpty() && folders.size() != 1) {
            throw none(files, names, folders);
        }
        String folder = module.orElseGet(() -> folders.get(0));
        return new WeightChoice(
                WeightFiles.at(folder, names),
                List.of("the weights of the folder " + folder + " were read: there are none above it"),
                none(files, names, folders));
    }

    /** TensorFlow checkpoints are also called by their prefix or one of their data files. */
    private static String resolved(String name, List<String> names) {
        if (!names.contains(name) && names.contains(name + ".index")) {
            return name + ".index";
        }
        return name.replaceFirst("\\.data-\\d{5}-of-\\d{5}$", ".index");
    }

    /** The folder of the first module of a sentence-transformers model, which is the transformer. */
    private static Optional<String> module(ModelFiles files, String root, List<String> names)
            throws IOException, ModelNotFoundException {
        String list = root + MODULES;
        if (!names.contains(list) || files.hindrance(list).isPresent()) {
            return Optional.empty();
        }
        List<String> paths = new ArrayList<>();
        for (JsonNode module : ModelJson.config(files, list)) {
            String type = module.path("type").asText();
            if (type.endsWith(".Transformer") || type.isEmpty()) {
                paths.add(module.path("path").asText());
            }
        }
        return paths.stream().filter(path -> !path.isEmpty()).findFirst().map(path -> root + path + "/");
    }

    private static MalformedWeightsException none(ModelFiles files, List<String> names, List<String> folders) {
        String location = files.provenance().location();
        if (!folders.isEmpty()) {
            List<String> shown = folders.stream()
                    .map(folder -> folder.substring(0, folder.length() - 1))
                    .toList();
            return new MalformedWeightsException("several models: " + location + ": no weights at its top, but in "
                    + FileNames.few(shown) + "; name one of these folders, as in "
                    + files.naming(shown.get(0)));
        }
        List<String> hindrances = names.stream()
                .map(files::hindrance)
                .flatMap(Optional::stream)
                .limit(3)
                .toList();
        String why =
                hindrances.isEmpty() ? "" : " (" + String.join("; ", hindrances).replace(';', ',') + ")";
        return new MalformedWeightsException("no weights: " + location + ": none of " + names.size() + " files"
                + (names.isEmpty() ? "" : " (" + FileNames.few(names) + ")") + why
                + " is a known weight file; safetensors, PyTorch, ONNX, GGUF and TensorFlow checkpoints are read");
    }
}
