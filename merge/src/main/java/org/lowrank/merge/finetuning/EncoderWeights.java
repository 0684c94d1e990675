package org.lowrank.merge.finetuning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;
import org.lowrank.weights.tensor.TurnedTensor;
import org.lowrank.weights.writing.ModelDirectory;
import org.lowrank.weights.writing.OutputTensor;
import org.lowrank.weights.writing.ShardPlan;

/**
 * The weights of a BERT encoder with a scalar output w·h̄ + b, h̄ the mean of the last hidden states, in float32, matrices
 * [out, in]. The table of tokens holds the rows in use only: no other gets a gradient or changes an output.
 *
 * @param heads of every attention layer
 * @param layers of the encoder
 * @param tensors by BERT's names, those of the output {@code classifier.weight} and {@code classifier.bias}
 */
record EncoderWeights(int heads, int layers, Map<String, Values> tensors) {
    static final String TOKENS = "embeddings.word_embeddings.weight";
    static final String POSITIONS = "embeddings.position_embeddings.weight";
    static final String TYPES = "embeddings.token_type_embeddings.weight";
    static final String HEAD = "classifier";

    /** A tensor: its shape, outermost dimension first, and its elements in row-major order. */
    record Values(List<Long> shape, float[] floats) {}

    EncoderWeights {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * Reads an encoder and puts an output of zeros on top.
     *
     * @param config config.json of a BERT encoder
     * @param wanted layers, 0 for all
     * @param tokens ids whose rows are kept, in this order
     * @throws MalformedWeightsException if it is no BERT encoder or has fewer layers
     */
    static EncoderWeights read(Checkpoint checkpoint, JsonNode config, int wanted, int[] tokens) throws IOException {
        int all = config.path("num_hidden_layers").asInt();
        int heads = config.path("num_attention_heads").asInt();
        int width = config.path("hidden_size").asInt();
        boolean bert = config.path("model_type").asText().equals("bert");
        if (!bert || wanted > all || heads < 1 || width < 1 || width % heads != 0) {
            throw new MalformedWeightsException("cannot fine-tune: " + String.join(", ", checkpoint.files())
                    + ": model_type " + config.path("model_type").asText("unknown") + ", " + all + " layers of " + heads
                    + " heads; give a BERT encoder with at least " + Math.max(1, wanted) + " layers");
        }
        int layers = wanted == 0 ? all : wanted;
        Map<String, Values> tensors = new LinkedHashMap<>();
        Values table = read(checkpoint, TOKENS);
        tensors.put(TOKENS, rows(table, tokens));
        for (String name : names(layers)) {
            tensors.put(name, read(checkpoint, name));
        }
        tensors.put(HEAD + ".weight", new Values(List.of(1L, (long) width), new float[width]));
        tensors.put(HEAD + ".bias", new Values(List.of(1L), new float[1]));
        return new EncoderWeights(heads, layers, tensors);
    }

    private static List<String> names(int layers) {
        List<String> names = new ArrayList<>(List.of(POSITIONS, TYPES));
        both(names, "embeddings.LayerNorm");
        for (int i = 0; i < layers; i++) {
            String layer = "encoder.layer." + i + ".";
            for (String part : List.of(
                    "attention.self.query",
                    "attention.self.key",
                    "attention.self.value",
                    "attention.output.dense",
                    "attention.output.LayerNorm",
                    "intermediate.dense",
                    "output.dense",
                    "output.LayerNorm")) {
                both(names, layer + part);
            }
        }
        return names;
    }

    private static void both(List<String> names, String module) {
        names.add(module + ".weight");
        names.add(module + ".bias");
    }

    private static Values rows(Values table, int[] ids) throws MalformedWeightsException {
        int width = Math.toIntExact(table.shape().get(1));
        float[] kept = new float[Math.multiplyExact(ids.length, width)];
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= table.shape().get(0)) {
                throw new MalformedWeightsException("token without a row: id " + ids[i] + " of a table of "
                        + table.shape().get(0) + "; the tokenizer is another model's");
            }
            System.arraycopy(table.floats(), ids[i] * width, kept, i * width, width);
        }
        return new Values(List.of((long) ids.length, (long) width), kept);
    }

    /** By its name, with any prefix of the model's class, a norm's also as gamma and beta; [in, out] turned. */
    private static Values read(Checkpoint checkpoint, String name) throws IOException {
        String old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
        Optional<Tensor> found = checkpoint.tensors().stream()
                .filter(tensor -> ends(tensor.name(), name) || ends(tensor.name(), old))
                .findFirst();
        if (found.isEmpty()) {
            throw new MalformedWeightsException("missing tensor: " + String.join(", ", checkpoint.files()) + ": no "
                    + name + ", which a BERT encoder has; give another model");
        }
        Tensor tensor = TurnedTensor.asNamed(found.get());
        long cols = tensor.shape().get(tensor.shape().size() - 1);
        long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
        float[] floats = new float[Math.toIntExact(count)];
        try (Tensor.Values values = tensor.open()) {
            int at = 0;
            for (StridedBlock block : values.matrix(Tensor.View.contiguous(count / cols, cols))) {
                for (int i = 0; i < block.rows(); i++) {
                    for (int j = 0; j < block.cols(); j++) {
                        floats[at++] = (float) block.get(i, j);
                    }
                }
            }
        }
        return new Values(tensor.shape(), floats);
    }

    private static boolean ends(String name, String wanted) {
        return name.equals(wanted) || name.endsWith("." + wanted);
    }

    /** The same tensors, read back from a model that was written or merged. */
    EncoderWeights reread(Checkpoint checkpoint) throws IOException {
        Map<String, Values> read = new LinkedHashMap<>();
        for (String name : tensors.keySet()) {
            read.put(name, read(checkpoint, name));
        }
        return new EncoderWeights(heads, layers, read);
    }

    /** The same with other elements, in the order of the names. */
    EncoderWeights with(List<float[]> elements) {
        Map<String, Values> changed = new LinkedHashMap<>();
        int at = 0;
        for (Map.Entry<String, Values> entry : tensors.entrySet()) {
            changed.put(entry.getKey(), new Values(entry.getValue().shape(), elements.get(at++)));
        }
        return new EncoderWeights(heads, layers, changed);
    }

    /** ‖θ − base‖/‖base‖ over all tensors. */
    double changeFrom(EncoderWeights base) {
        double change = 0;
        double whole = 0;
        for (Map.Entry<String, Values> entry : tensors.entrySet()) {
            float[] own = entry.getValue().floats();
            float[] other =
                    Objects.requireNonNull(base.tensors.get(entry.getKey())).floats();
            for (int i = 0; i < own.length; i++) {
                double difference = (double) own[i] - other[i];
                change += difference * difference;
                whole += (double) other[i] * other[i];
            }
        }
        return Math.sqrt(change / whole);
    }

    /** Writes a model directory that {@code lowrank merge} reads like any other. */
    void write(Path directory) throws IOException {
        List<OutputTensor> planned = tensors.entrySet().stream()
                .map(entry -> new OutputTensor(
                        entry.getKey(), DType.F32, entry.getValue().shape()))
                .toList();
        ShardPlan plan = ShardPlan.of("model", planned, ShardPlan.USUAL_SHARD_BYTES);
        try (ModelDirectory target = ModelDirectory.open(directory, "finetuned", Optional.empty())) {
            target.write("config.json", config().toString().getBytes(StandardCharsets.UTF_8));
            target.weights(plan).write(sink -> {
                float[] floats = Objects.requireNonNull(
                                tensors.get(sink.tensor().name()))
                        .floats();
                double[] doubles = new double[floats.length];
                for (int i = 0; i < floats.length; i++) {
                    doubles[i] = floats[i];
                }
                sink.put(0, doubles, doubles.length);
            });
            target.commit();
        }
    }

    private ObjectNode config() {
        List<Long> table = Objects.requireNonNull(tensors.get(TOKENS)).shape();
        return new ObjectMapper()
                .createObjectNode()
                .put("model_type", "bert")
                .put("vocab_size", table.get(0))
                .put("hidden_size", table.get(1))
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", heads);
    }
}
