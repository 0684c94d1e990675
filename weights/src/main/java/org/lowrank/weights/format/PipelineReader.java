package org.lowrank.weights.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.FolderFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.LeftOut;
import org.lowrank.weights.tensor.Tensor;

/**
 * A diffusers pipeline: {@code model_index.json} gives the library and class of each part, and each part that has weights is a
 * model in a folder of that name. Source: diffusers, {@code DiffusionPipeline.save_pretrained}.
 */
public final class PipelineReader implements AutoCloseable {
    private static final String INDEX = "model_index.json";

    /** Classes of parts that have no weights. */
    private static final String WITHOUT_WEIGHTS = ".*(Scheduler|Tokenizer(Fast)?|Processor|FeatureExtractor|Extractor)";

    private final List<CheckpointReader> readers = new ArrayList<>();
    private final ModelFiles files;

    /** Reads from these files; they stay open, and the tensors readable, until this is closed. */
    public PipelineReader(ModelFiles files) {
        this.files = files;
    }

    /**
     * One part.
     *
     * @param folder its name, without '/'
     */
    public record Part(String folder, Checkpoint checkpoint) {}

    /**
     * All parts, and everything as one checkpoint: its settings are those of {@code model_index.json} with those of each
     * part under the part's name.
     */
    public record Parts(List<Part> parts, Checkpoint whole) {
        public Parts {
            parts = List.copyOf(parts);
        }
    }

    /** Whether the files are a pipeline of which no single file was asked for. */
    public static boolean isPipeline(ModelFiles files) throws IOException, ModelNotFoundException {
        if (files.weightFile().isPresent()) {
            return false;
        }
        List<String> names =
                files.list().stream().map(ModelFiles.FileEntry::name).toList();
        String index = files.folder() + INDEX;
        return names.contains(index)
                && files.hindrance(index).isEmpty()
                && !folders(ModelJson.config(files, index), files.folder(), names)
                        .isEmpty();
    }

    /** The folders with weights that the index lists, in its order. */
    private static List<String> folders(JsonNode index, String root, List<String> names) {
        Set<String> withWeights = new HashSet<>(WeightFiles.folders(root, names));
        return index.properties().stream()
                .filter(entry -> isPart(entry.getValue()))
                .map(Map.Entry::getKey)
                .filter(part -> withWeights.contains(root + part + "/"))
                .toList();
    }

    /** ["diffusers", "UNet2DConditionModel"]; [null, null] where the part was left out. */
    private static boolean isPart(JsonNode value) {
        return value.isArray() && value.size() == 2 && value.get(1).isTextual();
    }

    /**
     * Opens every part's weights.
     *
     * @throws MalformedWeightsException if one of them is malformed or incomplete
     */
    public Parts read() throws IOException, ModelNotFoundException {
        String root = files.folder();
        List<String> names =
                files.list().stream().map(ModelFiles.FileEntry::name).toList();
        JsonNode index = ModelJson.config(files, root + INDEX);
        List<String> folders = folders(index, root, names);
        List<Part> parts = new ArrayList<>();
        for (String folder : folders) {
            CheckpointReader reader = new CheckpointReader(new FolderFiles(files, root + folder + "/"));
            readers.add(reader);
            parts.add(new Part(folder, reader.read()));
        }
        return new Parts(parts, whole(parts, index, missing(index, folders, root, names)));
    }

    /** What is listed and not there, and what is there and not listed. */
    private static List<String> missing(JsonNode index, List<String> folders, String root, List<String> names) {
        List<String> warnings = new ArrayList<>();
        index.properties().forEach(entry -> {
            boolean weights = isPart(entry.getValue())
                    && !entry.getValue().get(1).asText().matches(WITHOUT_WEIGHTS);
            if (weights && !folders.contains(entry.getKey())) {
                warnings.add(entry.getKey() + " (" + entry.getValue().get(1).asText() + ") is listed by " + INDEX
                        + " but has no weights here: it is not measured");
            }
        });
        List<String> others = WeightFiles.folders(root, names).stream()
                .map(folder -> folder.substring(root.length(), folder.length() - 1))
                .filter(folder -> !folders.contains(folder))
                .toList();
        if (!others.isEmpty()) {
            warnings.add("weights in " + FileNames.few(others) + " are no part that " + INDEX
                    + " lists; name the folder to measure them");
        }
        List<String> beside = WeightFiles.at(root, names).stream()
                .filter(candidate -> candidate.role() != FileRole.FOREIGN)
                .map(Candidate::name)
                .toList();
        if (!beside.isEmpty()) {
            warnings.add("the parts that " + INDEX + " lists were read, not " + FileNames.few(beside)
                    + "; name a file to choose it");
        }
        return warnings;
    }

    private static Checkpoint whole(List<Part> parts, JsonNode index, List<String> notes) {
        ObjectNode config = new ObjectMapper().createObjectNode();
        Optional.of(index.path("_class_name"))
                .filter(JsonNode::isTextual)
                .ifPresent(name -> config.set("_class_name", name));
        List<Tensor> tensors = new ArrayList<>();
        List<LeftOut> leftOut = new ArrayList<>();
        Set<String> formats = new LinkedHashSet<>();
        List<String> read = new ArrayList<>();
        List<String> described = new ArrayList<>(List.of(INDEX));
        List<String> warnings = new ArrayList<>(notes);
        for (Part part : parts) {
            Checkpoint one = part.checkpoint();
            config.set(part.folder(), one.config());
            tensors.addAll(one.tensors());
            one.leftOut()
                    .forEach(left -> leftOut.add(
                            new LeftOut(part.folder() + "." + left.name(), left.dtype(), left.shape(), left.reason())));
            formats.add(one.format().replaceFirst(", \\d+ files$", ""));
            read.addAll(one.files());
            described.addAll(one.described());
            one.warnings().forEach(warning -> warnings.add(part.folder() + ": " + warning));
        }
        return new Checkpoint(
                config,
                List.copyOf(tensors),
                leftOut,
                Optional.empty(),
                "diffusers pipeline of " + parts.size() + (parts.size() == 1 ? " part" : " parts") + ", "
                        + String.join(" and ", formats) + ", " + read.size() + (read.size() == 1 ? " file" : " files"),
                read,
                described.stream().distinct().toList(),
                warnings);
    }

    @Override
    public void close() throws IOException {
        for (CheckpointReader reader : readers) {
            reader.close();
        }
    }
}
