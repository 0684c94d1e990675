package org.lowrank.weights.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.scheme.Quantisation;
import org.lowrank.weights.scheme.Reparametrisation;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/** Chooses a model's weight files, recognises their format by content and gives the tensors. */
public final class CheckpointReader implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern SHARD = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})(\\.[a-z]+)");
    private static final Pattern PARALLEL_PART = Pattern.compile("(.*/)?consolidated\\.\\d+\\.pth");

    private static final List<WeightFormat> FORMATS =
            List.of(new Gguf(), new TorchZip(), new TorchLegacy(), new Safetensors(), new TensorBundle(), new Onnx());

    /** The order in which transformers itself looks, then the other formats. */
    private static final List<Predicate<String>> ORDER = List.of(
            name -> name.equals("model.safetensors"),
            name -> name.equals("model.safetensors.index.json"),
            name -> name.equals("pytorch_model.bin"),
            name -> name.equals("pytorch_model.bin.index.json"),
            name -> name.matches("[^/]*\\.safetensors\\.index\\.json"),
            name -> name.matches("[^/]*\\.safetensors"),
            name -> name.matches("[^/]*\\.bin\\.index\\.json"),
            name -> name.matches("(?!training_args|optimizer|scheduler)[^/]*\\.bin"),
            name -> name.matches("consolidated\\.00\\.pth"),
            name -> name.matches("(?!training_args|optimizer|scheduler|rng_state)[^/]*\\.(pt|pth|ckpt)"),
            name -> name.matches("(onnx/)?model\\.onnx"),
            name -> name.matches("[^/]*\\.onnx"),
            name -> name.matches("[^/]*\\.gguf"),
            name -> name.equals("variables/variables.index"),
            name -> name.matches("[^/]*\\.index"),
            name -> name.matches("(.*/)?(model|[^/]*)\\.onnx"),
            name -> name.matches("(.*/)?variables/variables\\.index"),
            name -> name.matches("(tf_model\\.h5|flax_model\\.msgpack|[^/]*\\.(h5|hdf5|msgpack|npz|ot))"));

    private final OpenFiles opened = new OpenFiles();
    private final ModelFiles files;

    /** Reads from these files; they stay open, and the tensors readable, until this is closed. */
    public CheckpointReader(ModelFiles files) {
        this.files = files;
    }

    /** The formats there are, in words. */
    public static List<String> formats() {
        return FORMATS.stream().map(WeightFormat::title).toList();
    }

    /**
     * Opens the model's weights.
     *
     * @throws MalformedWeightsException if there are none, or they are malformed, incomplete or of an unknown kind
     */
    public Checkpoint read() throws IOException, ModelNotFoundException {
        List<String> names =
                files.list().stream().map(ModelFiles.FileEntry::name).toList();
        String chosen = choose(names);
        Set<String> formats = new LinkedHashSet<>();
        List<Tensor> tensors = chosen.endsWith(".index.json")
                ? readSharded(chosen, formats)
                : readFiles(siblings(chosen, names), formats);
        JsonNode config = config(chosen, names);
        Quantisation.Resolved resolved = Quantisation.resolve(tensors, config);
        resolved.warnings().forEach(opened::warn);
        Reparametrisation.Resolved plain = Reparametrisation.resolve(resolved.tensors());
        plain.warnings().forEach(opened::warn);
        List<Tensor> sorted = new ArrayList<>(plain.tensors());
        sorted.sort(Comparator.comparing(Tensor::name));
        List<String> weightFiles = opened.names();
        String title =
                String.join(" and ", formats) + (weightFiles.size() > 1 ? ", " + weightFiles.size() + " files" : "");
        return new Checkpoint(config, List.copyOf(sorted), title, weightFiles, opened.warnings());
    }

    private String choose(List<String> names) throws MalformedWeightsException {
        Optional<String> wanted = files.weightFile();
        if (wanted.isPresent()) {
            String name = wanted.get();
            if (!names.contains(name) && names.contains(name + ".index")) {
                return name + ".index"; // the prefix of a TensorFlow checkpoint
            }
            return name.matches(".*\\.data-\\d{5}-of-\\d{5}")
                    ? name.replaceFirst("\\.data-\\d{5}-of-\\d{5}$", ".index")
                    : name;
        }
        for (Predicate<String> kind : ORDER) {
            List<String> found = names.stream().filter(kind).sorted().toList();
            if (!found.isEmpty()) {
                warnOfOthers(found);
                return found.get(0);
            }
        }
        throw new MalformedWeightsException("no weights: " + files.provenance().location() + ": none of "
                + names.size() + " files" + (names.isEmpty() ? "" : " (" + firstFew(names) + ")")
                + " is a known weight file; safetensors, PyTorch, ONNX, GGUF and TensorFlow checkpoints are read");
    }

    /** Files of one kind that are no set: which one was taken is not left to be guessed. */
    private void warnOfOthers(List<String> found) {
        boolean set = SHARD.matcher(found.get(0)).matches()
                || PARALLEL_PART.matcher(found.get(0)).matches();
        if (found.size() > 1 && !set) {
            opened.warn("several weight files: " + found.get(0) + " was read, not "
                    + firstFew(found.subList(1, found.size())) + "; name a file to choose another");
        }
    }

    private static String firstFew(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(5, names.size()))) + (names.size() > 5 ? ", …" : "");
    }

    /** All files of a set that has no index (split GGUF, numbered shards), which must be whole. */
    private static List<String> siblings(String chosen, List<String> names) throws MalformedWeightsException {
        if (PARALLEL_PART.matcher(chosen).matches()
                && names.stream()
                                .filter(n -> PARALLEL_PART.matcher(n).matches())
                                .count()
                        > 1) {
            throw new MalformedWeightsException("tensor-parallel parts: " + chosen
                    + ": every matrix is cut into as many slices as there are parts, which are not joined here; use the"
                    + " model's safetensors files");
        }
        Matcher shard = SHARD.matcher(chosen);
        if (!shard.matches()) {
            return List.of(chosen);
        }
        int count = Integer.parseInt(shard.group(3));
        Set<String> present = Set.copyOf(names);
        List<String> set = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            String name =
                    String.format(Locale.ROOT, "%s-%05d-of-%s%s", shard.group(1), i, shard.group(3), shard.group(4));
            (present.contains(name) ? set : missing).add(name);
        }
        if (!missing.isEmpty()) {
            throw new MalformedWeightsException("missing shard: " + chosen + ": " + firstFew(missing) + " ("
                    + missing.size() + " of " + count + " files) not found; download the model again");
        }
        return set.contains(chosen) ? List.copyOf(set) : List.of(chosen);
    }

    private List<Tensor> readFiles(List<String> chosen, Set<String> formats)
            throws IOException, ModelNotFoundException {
        files.prefetch(chosen);
        List<Tensor> tensors = new ArrayList<>();
        for (String name : chosen) {
            tensors.addAll(readOne(name, formats));
        }
        Set<String> seen = new HashSet<>();
        for (Tensor tensor : tensors) {
            if (!seen.add(tensor.name())) {
                throw new MalformedWeightsException("duplicate tensor: " + tensor.name() + " in " + tensor.file()
                        + ": it is stored twice; save or download the model again");
            }
        }
        return tensors;
    }

    private List<Tensor> readOne(String name, Set<String> formats) throws IOException, ModelNotFoundException {
        ByteSource source = opened.open(files, name);
        byte[] head = Unreadable.head(source);
        Unreadable.refuse(source, head);
        for (WeightFormat format : FORMATS) {
            if (format.recognises(head, name)) {
                formats.add(format.title());
                return format.read(files, name, opened);
            }
        }
        throw new MalformedWeightsException("unknown format: " + name + ": it starts with " + Unreadable.start(head)
                + "; safetensors, PyTorch, ONNX, GGUF and TensorFlow checkpoints are read");
    }

    /** weight_map decides which file a tensor is read from; what it lacks or wrongly promises is said. */
    private List<Tensor> readSharded(String index, Set<String> formats) throws IOException, ModelNotFoundException {
        JsonNode map = json(index, true).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new MalformedWeightsException(
                    "bad shard index: " + index + ": it has no weight_map; download the model again");
        }
        String folder = index.contains("/") ? index.substring(0, index.lastIndexOf('/') + 1) : "";
        Map<String, String> fileOf = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            fileOf.put(entry.getKey(), folder + FileNames.bare(entry.getValue().asText(), index));
        }
        Set<String> shards = new TreeSet<>(fileOf.values());
        Set<String> present = new HashSet<>();
        files.list().forEach(entry -> present.add(entry.name()));
        List<String> missing = shards.stream().filter(s -> !present.contains(s)).toList();
        if (!missing.isEmpty()) {
            throw new MalformedWeightsException("missing shard: " + index + ": " + firstFew(missing) + " ("
                    + missing.size() + " of " + shards.size() + " files) not found; download the model again");
        }
        files.prefetch(List.copyOf(shards));
        Map<String, Tensor> found = new LinkedHashMap<>();
        for (String shard : shards) {
            for (Tensor tensor : readOne(shard, formats)) {
                String mapped = fileOf.get(tensor.name());
                if (mapped == null) {
                    opened.warn("tensor " + tensor.name() + " is in " + shard + " but not in " + index);
                    found.putIfAbsent(tensor.name(), tensor);
                } else if (mapped.equals(shard)) {
                    found.put(tensor.name(), tensor);
                }
            }
        }
        for (Map.Entry<String, String> entry : fileOf.entrySet()) {
            if (!found.containsKey(entry.getKey())) {
                throw new MalformedWeightsException("missing tensor: " + entry.getKey() + ": " + index + " maps it to "
                        + entry.getValue() + ", which does not hold it; download the model again");
            }
        }
        return List.copyOf(found.values());
    }

    private JsonNode config(String chosen, List<String> names) throws IOException, ModelNotFoundException {
        String folder = chosen.contains("/") ? chosen.substring(0, chosen.lastIndexOf('/') + 1) : "";
        ObjectNode config = JSON.createObjectNode();
        for (String name : List.of(folder + "config.json", "config.json")) {
            if (names.contains(name)) {
                if (!(json(name, false) instanceof ObjectNode object)) {
                    throw new MalformedWeightsException(
                            "bad JSON: " + name + ": it holds no object of settings; mend or remove it");
                }
                config = object;
                break;
            }
        }
        if (!opened.metadata().isEmpty()) {
            config.set("gguf", JSON.valueToTree(opened.metadata()));
        }
        return config;
    }

    private JsonNode json(String name, boolean needed) throws IOException, ModelNotFoundException {
        try (ByteSource source = files.open(name);
                ByteSource.Region region = source.read(0, Math.toIntExact(Math.min(source.size(), 256L << 20)))) {
            Unreadable.refuse(source, Unreadable.head(source));
            String text = StandardCharsets.UTF_8.decode(region.bytes()).toString();
            JsonNode node = JSON.readTree(text);
            return node == null ? JSON.createObjectNode() : node;
        } catch (JsonProcessingException e) {
            throw new MalformedWeightsException("bad JSON: " + name + ": " + e.getOriginalMessage()
                    + (needed ? "; download the model again" : "; mend or remove it"));
        }
    }

    @Override
    public void close() throws IOException {
        opened.close();
    }
}
