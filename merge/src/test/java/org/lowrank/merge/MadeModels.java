package org.lowrank.merge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.DType;

/** The made base and two models of it, and how tests merge them. */
abstract class MadeModels {
    static final MergeResult.Run RUN =
            new MergeResult.Run("test", List.of("lowrank", "merge"), "2026-01-01T00:00:00Z", Map.of());

    @TempDir
    Path directory;

    final Path base = Reference.path("base");
    final Path a = Reference.path("a");
    final Path b = Reference.path("b");

    static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    String recipe(String method, String more) {
        boolean base = !method.equals("linear") && !method.equals("sum");
        return "merge_method: " + method + "\n" + (base ? "base_model: " + this.base + "\n" : "")
                + "models:\n  - model: " + a + "\n  - model: " + b + "\n" + more + "\n";
    }

    static MergeOptions options(Path out, int threads, long shardBytes) {
        return new MergeOptions(out, shardBytes, threads, false, false, true, MergeMeasures.NONE);
    }

    static MergeResult merge(String recipe, MergeOptions options) throws Exception {
        try (Merge merge = Merge.open(RecipeReader.read(recipe, "recipe.yml"), SourceOptions.defaults())) {
            return merge.run(options, RUN, Merge.Progress.NONE);
        }
    }

    /** Model a with something changed. */
    Path changed(java.util.function.Consumer<Map<String, TestTensor>> change) {
        try {
            Path changed = Files.createDirectories(directory.resolve("changed"));
            Map<String, TestTensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, double[]> tensor : Reference.values(a).entrySet()) {
                tensors.put(tensor.getKey(), TestTensor.of(DType.F32, shape(tensor.getKey()), tensor.getValue()));
            }
            change.accept(tensors);
            CheckpointWriters.write(Format.SAFETENSORS, changed, tensors);
            Files.copy(a.resolve("config.json"), changed.resolve("config.json"));
            return changed;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Long> shape(String name) {
        if (name.contains("norm")) {
            return List.of(12L);
        }
        if (name.contains("embed")) {
            return List.of(14L, 12L);
        }
        return name.contains("down") ? List.of(12L, 20L) : name.contains("mlp") ? List.of(20L, 12L) : List.of(12L, 12L);
    }

    static List<String> names(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
