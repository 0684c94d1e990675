package org.lowrank.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.inference.description.KnownConfigurations;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.inference.engine.MemoryNeed;
import org.lowrank.inference.engine.RunSettings;
import picocli.CommandLine.Option;

/** How a model is run. */
final class RunArguments {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "config.json to run by, where the model comes without one.")
    @Nullable
    Path config;

    @Option(
            names = "--window",
            paramLabel = "N",
            description =
                    "Longest sequence in tokens; a longer text is run in windows of N (default: what the model was made for).")
    int window;

    @Option(names = "--threads", paramLabel = "N", description = "Threads (default: the processors there are).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|gpu",
            defaultValue = "cpu",
            description = "Where the model runs (default cpu).")
    MeasureArguments.Device device = MeasureArguments.Device.cpu;

    /** Prepares a model. */
    LayerwiseModel open(ModelAnalysis model) throws IOException, UsageException {
        return open(model, settings());
    }

    /** The same with random weights. */
    LayerwiseModel openNullModel(ModelAnalysis model) throws IOException, UsageException {
        return open(model, settings().withRandomWeights());
    }

    private RunSettings settings() throws UsageException {
        if (threads < 1) {
            throw new UsageException("--threads: " + threads + ": at least one is needed");
        }
        return RunSettings.defaults().withThreads(threads).withGpu(device == MeasureArguments.Device.gpu);
    }

    private LayerwiseModel open(ModelAnalysis model, RunSettings settings) throws IOException, UsageException {
        try {
            return LayerwiseModel.open(model.checkpoint(), configuration(model), settings);
        } catch (IllegalStateException e) {
            throw new UsageException("--device: " + e.getMessage());
        }
    }

    /** --config, else the model's own, else what is known of a copy that comes without. */
    JsonNode configuration(ModelAnalysis model) throws IOException, UsageException {
        if (config != null) {
            return json(config);
        }
        JsonNode own = model.checkpoint().config();
        return own.hasNonNull("model_type")
                ? own
                : KnownConfigurations.of(model.provenance().location()).orElse(own);
    }

    private static JsonNode json(Path file) throws IOException, UsageException {
        try {
            JsonNode tree = new ObjectMapper().readTree(Files.readString(file));
            if (tree == null || tree.isMissingNode()) {
                throw new UsageException("bad JSON: " + file + ": it is empty; give another file");
            }
            return tree;
        } catch (java.nio.file.NoSuchFileException e) {
            throw new UsageException("no such file: " + file + "; check its name");
        } catch (JsonProcessingException e) {
            throw new UsageException("bad JSON: " + file + ": " + e.getOriginalMessage() + "; mend it");
        }
    }

    /** Tokens of the longest sequence. */
    int longest(LayerwiseModel model) throws UsageException {
        int table = model.longest().orElse(Integer.MAX_VALUE);
        int advised = Math.min(table, model.transformer().sizes().advisedPositions());
        if (window < 0 || window > table) {
            throw new UsageException("--window: " + window + ": the model reads 1 to " + table + " tokens");
        }
        return window == 0 ? advised : window;
    }

    /** Lists of token ids, as they are. */
    static List<int[]> ids(Path file, LayerwiseModel model) throws IOException, UsageException {
        JsonNode tree = json(file);
        List<int[]> sequences = new ArrayList<>();
        for (JsonNode list : tree) {
            int[] ids = new int[list.size()];
            for (int i = 0; i < ids.length; i++) {
                JsonNode id = list.get(i);
                if (!id.isIntegralNumber() || id.asLong() < 0 || id.asLong() >= model.vocabulary()) {
                    throw new UsageException("--ids: " + file + ": sequence " + sequences.size() + ", place " + i + ": "
                            + shortened(id.toString()) + " is no token id; the model has 0 to "
                            + (model.vocabulary() - 1));
                }
                ids[i] = id.asInt();
            }
            if (ids.length == 0 || ids.length > model.longest().orElse(Integer.MAX_VALUE)) {
                throw new UsageException("--ids: " + file + ": sequence " + sequences.size() + " has " + ids.length
                        + " tokens; give 1 to " + model.longest().orElse(Integer.MAX_VALUE));
            }
            sequences.add(ids);
        }
        if (!tree.isArray() || sequences.isEmpty()) {
            throw new UsageException("--ids: " + file + ": no lists of token ids; give [[1, 5, …], […]]");
        }
        return sequences;
    }

    private static String shortened(String text) {
        String plain = text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
        return plain.length() <= 40 ? plain : plain.substring(0, 40) + "…";
    }

    /** Says before it starts that memory will not do. */
    static void requireMemory(LayerwiseModel model, List<int[]> sequences) throws UsageException {
        requireMemory(model, sequences, 0);
    }

    /** The same with so many layers more in memory. */
    static void requireMemory(LayerwiseModel model, List<int[]> sequences, int moreLayers) throws UsageException {
        MemoryNeed need = model.need(sequences).withLayers(moreLayers);
        Optional<Long> available = MemoryNeed.available().stream().boxed().findFirst();
        if (available.isPresent() && need.bytes() > available.get()) {
            throw new UsageException(String.format(
                    java.util.Locale.ROOT,
                    "not enough memory: this run takes %.1f GB (layers %.1f, activations %.1f, work %.1f) and %.1f are "
                            + "free; give fewer tokens, or a smaller --window",
                    need.bytes() / 1e9,
                    need.layers() / 1e9,
                    need.activations() / 1e9,
                    need.work() / 1e9,
                    available.get() / 1e9));
        }
    }
}
