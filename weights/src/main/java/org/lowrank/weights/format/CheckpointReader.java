package org.lowrank.weights.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.LostMemory;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.scheme.Quantisation;
import org.lowrank.weights.scheme.Reparametrisation;
import org.lowrank.weights.tensor.AdapterKind;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/**
 * Chooses a model's weight files, recognises their format by content and gives the tensors. The best candidate by name is
 * opened; where its content says that it is something else than a model's weights, the next one is, and that is said.
 */
public final class CheckpointReader implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What GGUF files that are no models call themselves. */
    private static final Map<String, String> PARTS =
            Map.of("mmproj", "multimodal projector", "imatrix", "importance matrix", "controlvector", "control vector");

    private final List<OpenFiles> opened = new ArrayList<>();
    private final ModelFiles files;

    /** Reads from these files; they stay open, and the tensors readable, until this is closed. */
    public CheckpointReader(ModelFiles files) {
        this.files = files;
    }

    /** The formats there are, in words. */
    public static List<String> formats() {
        return Recognition.FORMATS.stream().map(WeightFormat::title).toList();
    }

    /**
     * Opens the model's weights.
     *
     * @throws MalformedWeightsException if there are none, or they are malformed, incomplete or of an unknown kind
     */
    public Checkpoint read() throws IOException, ModelNotFoundException {
        List<ModelFiles.FileEntry> listed = files.list();
        List<String> names = listed.stream().map(ModelFiles.FileEntry::name).toList();
        try {
            return read(names);
        } catch (InternalError e) {
            throw LostMemory.named(e, files, listed);
        }
    }

    private Checkpoint read(List<String> names) throws IOException, ModelNotFoundException {
        WeightChoice choice = WeightChoice.of(files, names);
        List<Candidate> left = new ArrayList<>(choice.candidates());
        List<String> passedOver = new ArrayList<>(choice.notes());
        UnsuitableFileException first = null;
        while (!left.isEmpty()) {
            Candidate candidate = left.remove(0);
            boolean last = left.stream().noneMatch(other -> other.role() != FileRole.FOREIGN);
            try {
                return read(candidate, left, names, passedOver, last);
            } catch (UnsuitableFileException e) {
                passedOver.add(candidate.name() + " was passed over: " + e.reason());
                first = first == null ? e : first;
                if (last) {
                    throw first.refusal();
                }
            }
        }
        throw choice.nothing();
    }

    private Checkpoint read(
            Candidate candidate, List<Candidate> others, List<String> names, List<String> passedOver, boolean last)
            throws IOException, ModelNotFoundException {
        checkOpens(candidate, last);
        OpenFiles open = new OpenFiles();
        opened.add(open);
        try {
            Set<String> formats = new LinkedHashSet<>();
            WeightReading reading = new WeightReading(files, open, names);
            List<Tensor> tensors = reading.tensors(candidate, formats, last);
            Optional<AdapterKind> adapter = adapter(candidate, tensors, open, last);
            Placeholders.refuse(candidate.name(), tensors);
            JsonNode config = config(candidate, names, open);
            passedOver.forEach(open::warn);
            warnOfOthers(candidate, others, open);
            Quantisation.Resolved resolved = Quantisation.resolve(tensors, config);
            resolved.warnings().forEach(open::warn);
            Reparametrisation.Resolved plain = Reparametrisation.resolve(resolved.tensors());
            plain.warnings().forEach(open::warn);
            List<Tensor> sorted = new ArrayList<>(plain.tensors());
            sorted.sort(Comparator.comparing(Tensor::name));
            List<String> read = open.names();
            String title = String.join(" and ", formats) + (read.size() > 1 ? ", " + read.size() + " files" : "");
            return new Checkpoint(
                    config,
                    List.copyOf(sorted),
                    open.leftOut(),
                    adapter,
                    title,
                    read,
                    open.described(),
                    open.warnings());
        } catch (UnsuitableFileException e) {
            open.close();
            throw e;
        }
    }

    /** A file that lies there but cannot be opened does not keep others from being read. */
    private void checkOpens(Candidate candidate, boolean last) throws UnsuitableFileException {
        for (String name : candidate.files()) {
            Optional<String> hindrance = files.hindrance(name);
            if (hindrance.isPresent() && !last) {
                throw new UnsuitableFileException(
                        "it cannot be opened, " + hindrance.get(),
                        new MalformedWeightsException("unreadable file: " + hindrance.get() + "; make it readable"));
            }
        }
    }

    /** What the content says the file is: an adapter is read only where there is nothing else, and so is a projector. */
    private static Optional<AdapterKind> adapter(
            Candidate candidate, List<Tensor> tensors, OpenFiles open, boolean last) throws UnsuitableFileException {
        String type = said(open, "general.type");
        Optional<AdapterKind> adapter =
                AdapterNames.of(tensors.stream().map(Tensor::name).toList(), type);
        String what = adapter.map(AdapterKind::title).orElse(PARTS.getOrDefault(type, ""));
        if (what.isEmpty() && said(open, "general.architecture").equals("clip")) {
            what = "multimodal projector";
        }
        if (!what.isEmpty() && !last) {
            throw new UnsuitableFileException(
                    "it is no model but an adapter or part of one (" + what + ")",
                    new MalformedWeightsException(
                            "not a model: " + candidate.name() + ": " + what + "; name the file of the model itself"));
        }
        return adapter;
    }

    private static String said(OpenFiles open, String key) {
        return String.valueOf(open.metadata().getOrDefault(key, ""));
    }

    /** Files of one format that are no set: which one was taken is not left to be guessed. */
    private void warnOfOthers(Candidate read, List<Candidate> others, OpenFiles open) {
        List<String> passed = others.stream()
                .filter(other -> other.group() == read.group() && !open.names().contains(other.name()))
                .map(other -> other.name()
                        + (other.role() == FileRole.WEIGHTS
                                ? ""
                                : " (" + other.role().title() + ")"))
                .toList();
        if (!passed.isEmpty()) {
            open.warn("several weight files: " + read.name() + " was read, not " + FileNames.few(passed)
                    + "; name a file to choose another");
        }
    }

    private JsonNode config(Candidate candidate, List<String> names, OpenFiles open)
            throws IOException, ModelNotFoundException {
        ObjectNode config = JSON.createObjectNode();
        String name = configName(candidate, names);
        Optional<String> hindrance = name == null ? Optional.empty() : files.hindrance(name);
        hindrance.ifPresent(why -> open.warn(Checkpoint.UNREAD_SETTINGS + why));
        if (name != null && hindrance.isEmpty()) {
            if (!(ModelJson.config(files, name) instanceof ObjectNode object)) {
                throw new MalformedWeightsException(
                        "bad JSON: " + name + ": it holds no object of settings; mend or remove it");
            }
            ConfigChecks.apply(object, name, open::warn);
            open.describedBy(name);
            config = object;
        }
        QuantisationSettings.add(config, candidate.folder(), names, files, open);
        if (!open.metadata().isEmpty()) {
            config.set("gguf", JSON.valueToTree(open.metadata()));
        }
        return config;
    }

    private static @Nullable String configName(Candidate candidate, List<String> names) {
        for (String name : List.of(candidate.folder() + "config.json", "config.json")) {
            if (names.contains(name)) {
                return name;
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        for (OpenFiles open : opened) {
            open.close();
        }
    }
}
