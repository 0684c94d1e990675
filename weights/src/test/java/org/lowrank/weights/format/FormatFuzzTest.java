package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

/**
 * Damaged files of every format, their indices and settings, read to the last value: whatever was done to them, they are read
 * or refused in one line, by no other exception and in bounded time. The seed is fixed, so that a failure comes again.
 */
class FormatFuzzTest {
    private static final Duration ONE_FILE = Duration.ofSeconds(5);
    private static final long SEED = 20261128;

    /** Some ten thousand in a few seconds. */
    @Test
    void damagedFilesAreReadOrRefused() {
        fuzz(SEED, 10_000);
    }

    /** {@code ./mvnw test -P fuzz -pl weights -am -Dtest=FormatFuzzTest -Dlowrank.fuzz=5000000}. */
    @Test
    @Tag("manual")
    void millionsOfDamagedFilesAreReadOrRefused() {
        fuzz(Long.getLong("lowrank.fuzz.seed", System.nanoTime()), Integer.getInteger("lowrank.fuzz", 2_000_000));
    }

    private static void fuzz(long seed, int inputs) {
        List<Map<String, byte[]>> models = models();
        int refused = 0;
        for (int i = 0; i < inputs; i++) {
            Random random = new Random(seed + i);
            Map<String, byte[]> model = models.get(i % models.size());
            List<String> names = new ArrayList<>(model.keySet());
            String name = names.get(random.nextInt(names.size()));
            Map<String, byte[]> damaged = new TreeMap<>(model);
            damaged.put(name, new Damage(seed + i).to(model.get(name)));
            refused += read(damaged, name + " of seed " + (seed + i)) ? 0 : 1;
        }
        // Damage in the values themselves changes numbers only; most of it lies elsewhere.
        assertThat(refused).isBetween(inputs / 4, inputs);
    }

    private static boolean read(Map<String, byte[]> model, String what) {
        long start = System.nanoTime();
        try {
            ReadBack.of(model);
            return true;
        } catch (MalformedWeightsException e) {
            assertThat(e.getMessage())
                    .as(what)
                    .doesNotContainPattern("[\\p{Cc}\\p{Cf}]")
                    .contains(": ", "; ")
                    .hasSizeLessThan(2100);
            return false;
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what, e);
        } finally {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as(what).isLessThan(ONE_FILE);
        }
    }

    private static List<Map<String, byte[]>> models() {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("layers.0.q.weight", TestTensor.gaussian(DType.F32, List.of(4L, 3L), 1));
        tensors.put("layers.0.k.weight", TestTensor.gaussian(DType.F16, List.of(2L, 2L), 2));
        tensors.put("scalar", TestTensor.f32(List.of(), 1));
        List<Map<String, byte[]>> models = new ArrayList<>();
        for (Format format : Format.values()) {
            Map<String, byte[]> files = new TreeMap<>(CheckpointWriters.files(format, tensors));
            files.put(
                    "config.json",
                    "{\"model_type\":\"llama\",\"num_attention_heads\":2,\"rope\":{\"x\":[1,2.5,NaN]}}"
                            .getBytes(StandardCharsets.UTF_8));
            models.add(files);
        }
        Map<String, byte[]> sharded = new TreeMap<>();
        sharded.put("model-00001-of-00001.safetensors", SafetensorsWriter.bytes(tensors));
        sharded.put(
                "model.safetensors.index.json",
                ("{\"metadata\":{},\"weight_map\":{\"layers.0.q.weight\":\"model-00001-of-00001.safetensors\","
                                + "\"scalar\":\"model-00001-of-00001.safetensors\"}}")
                        .getBytes(StandardCharsets.UTF_8));
        models.add(sharded);
        return models;
    }
}
