package org.lowrank.merge.finetuning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A BERT encoder of one layer, 8 wide, two heads, 16 inside, six tokens, ten positions, with a random output. */
final class TinyEncoder {
    static final int WIDTH = 8;
    private static final int INNER = 16;

    private TinyEncoder() {}

    static EncoderWeights weights(long seed) {
        Random random = new Random(seed);
        Map<String, EncoderWeights.Values> tensors = new LinkedHashMap<>();
        put(tensors, random, EncoderWeights.TOKENS, 6, WIDTH);
        put(tensors, random, EncoderWeights.POSITIONS, 10, WIDTH);
        put(tensors, random, EncoderWeights.TYPES, 2, WIDTH);
        norm(tensors, random, "embeddings.LayerNorm");
        String layer = "encoder.layer.0.";
        for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
            linear(tensors, random, layer + "attention." + name, WIDTH, WIDTH);
        }
        norm(tensors, random, layer + "attention.output.LayerNorm");
        linear(tensors, random, layer + "intermediate.dense", INNER, WIDTH);
        linear(tensors, random, layer + "output.dense", WIDTH, INNER);
        norm(tensors, random, layer + "output.LayerNorm");
        linear(tensors, random, EncoderWeights.HEAD, 1, WIDTH);
        return new EncoderWeights(2, 1, tensors);
    }

    private static void linear(
            Map<String, EncoderWeights.Values> tensors, Random random, String module, int rows, int cols) {
        put(tensors, random, module + ".weight", rows, cols);
        put(tensors, random, module + ".bias", rows);
    }

    private static void norm(Map<String, EncoderWeights.Values> tensors, Random random, String module) {
        put(tensors, random, module + ".weight", WIDTH);
        put(tensors, random, module + ".bias", WIDTH);
    }

    private static void put(Map<String, EncoderWeights.Values> tensors, Random random, String name, int... shape) {
        int count = 1;
        for (int size : shape) {
            count *= size;
        }
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextGaussian() * 0.5f + (name.endsWith("LayerNorm.weight") ? 1 : 0);
        }
        tensors.put(
                name,
                new EncoderWeights.Values(
                        java.util.Arrays.stream(shape)
                                .mapToObj(size -> (long) size)
                                .toList(),
                        floats));
    }
}
