package org.lowrank.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small models of Gaussian weights, in a directory. */
final class RandomModels {
    private final Path directory;

    RandomModels(Path directory) {
        this.directory = directory;
    }

    /** A BERT of Gaussian weights in the proportions of the published one. */
    Path bert(String name, int layers, int d, long seed) throws IOException {
        return written(name, tensors(layers, d, seed), layers);
    }

    Path written(String name, Map<String, float[][]> tensors, int layers) throws IOException {
        Path model = TinyCheckpoint.write(directory.resolve(name), tensors);
        Files.writeString(
                model.resolve("config.json"),
                "{\"model_type\": \"bert\", \"num_hidden_layers\": " + layers + ", \"num_attention_heads\": 4}");
        return model;
    }

    /** A Llama of Gaussian weights N(0, 1/d) that can be run, with a vocabulary of words. */
    Path llama(String name, int d, long seed) throws IOException {
        return llama(name, d, llama(d, seed));
    }

    private static Map<String, float[][]> llama(int d, long seed) {
        Random random = new Random(seed);
        Map<String, float[][]> tensors = new LinkedHashMap<>();
        tensors.put("model.embed_tokens.weight", scaled(40, d, random));
        for (int layer = 0; layer < 2; layer++) {
            String at = "model.layers." + layer + ".";
            for (String kind : List.of("q", "k", "v", "o")) {
                tensors.put(at + "self_attn." + kind + "_proj.weight", scaled(d, d, random));
            }
            tensors.put(at + "mlp.gate_proj.weight", scaled(2 * d, d, random));
            tensors.put(at + "mlp.up_proj.weight", scaled(2 * d, d, random));
            tensors.put(at + "mlp.down_proj.weight", scaled(d, 2 * d, random));
            tensors.put(at + "input_layernorm.weight", ones(d));
            tensors.put(at + "post_attention_layernorm.weight", ones(d));
        }
        tensors.put("model.norm.weight", ones(d));
        return tensors;
    }

    private Path llama(String name, int d, Map<String, float[][]> tensors) throws IOException {
        Path model = TinyCheckpoint.write(directory.resolve(name), tensors);
        Files.writeString(
                model.resolve("config.json"),
                "{\"model_type\": \"llama\", \"hidden_size\": " + d + ", \"intermediate_size\": " + 2 * d
                        + ", \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"vocab_size\": 40, "
                        + "\"tie_word_embeddings\": true}");
        vocabulary(model);
        return model;
    }

    private static float[][] scaled(int rows, int cols, Random random) {
        float[][] a = TinyCheckpoint.gaussian(rows, cols, random);
        for (float[] row : a) {
            for (int j = 0; j < cols; j++) {
                row[j] /= (float) Math.sqrt(cols);
            }
        }
        return a;
    }

    private static float[][] ones(int d) {
        float[][] ones = new float[1][d];
        java.util.Arrays.fill(ones[0], 1);
        return ones;
    }

    private static void vocabulary(Path model) throws IOException {
        Files.writeString(
                model.resolve("vocab.txt"),
                "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlaw\ncourt\nsalt\noil\nthe\njudge\nclaim\npan\nstir\nheat\n");
    }

    static Map<String, float[][]> tensors(int layers, int d, long seed) {
        Random random = new Random(seed);
        Map<String, float[][]> tensors = new LinkedHashMap<>();
        for (int layer = 0; layer < layers; layer++) {
            String at = "bert.encoder.layer." + layer + ".";
            for (String kind : List.of("self.query", "self.key", "self.value", "output.dense")) {
                tensors.put(at + "attention." + kind + ".weight", TinyCheckpoint.gaussian(d, d, random));
            }
            tensors.put(at + "intermediate.dense.weight", TinyCheckpoint.gaussian(4 * d, d, random));
            tensors.put(at + "output.dense.weight", TinyCheckpoint.gaussian(d, 4 * d, random));
        }
        tensors.put("bert.embeddings.word_embeddings.weight", TinyCheckpoint.gaussian(40, d, random));
        return tensors;
    }

    /** The Llama of a seed with a Gaussian change of every projection, half as large as the weights. */
    Path tuned(String name, int d, long seed, long change) throws IOException {
        Random random = new Random(change);
        Map<String, float[][]> tensors = llama(d, seed);
        tensors.forEach((tensor, values) -> {
            for (int i = 0; tensor.contains("_proj") && i < values.length; i++) {
                for (int j = 0; j < values[i].length; j++) {
                    values[i][j] += (float) (0.5 * random.nextGaussian() / Math.sqrt(values[i].length));
                }
            }
        });
        return llama(name, d, tensors);
    }

    /** A trainer's directory: random weights to which every checkpoint adds a little noise. */
    Path training(String name, long seed) throws IOException {
        Map<String, float[][]> tensors = tensors(6, 24, seed);
        Random noise = new Random(seed + 1);
        for (int step : new int[] {0, 10, 100, 1000}) {
            tensors.values().forEach(values -> {
                for (float[] row : values) {
                    for (int j = 0; j < row.length; j++) {
                        row[j] += (float) (0.02 * noise.nextGaussian());
                    }
                }
            });
            written(name + "/checkpoint-" + step, tensors, 6);
        }
        return directory.resolve(name);
    }

    /** The BERT of a seed with its values rounded to eight bits, F8_E4M3. */
    Path rounded(String name, int layers, int d, long seed) throws IOException {
        Path model = written(name, tensors(layers, d, seed), layers);
        ObjectNode header = new ObjectMapper().createObjectNode();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors(layers, d, seed).forEach((tensor, values) -> {
            int start = data.size();
            for (float[] row : values) {
                for (float value : row) {
                    data.write(eightBits(value));
                }
            }
            ObjectNode entry = header.putObject(tensor).put("dtype", "F8_E4M3");
            entry.putArray("shape").add(values.length).add(values[0].length);
            entry.putArray("data_offsets").add(start).add(data.size());
        });
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(
                model.resolve("model.safetensors"),
                file.putLong(text.length).put(text).put(data.toByteArray()).array());
        return model;
    }

    /** Sign, four bits of exponent over −7, three of the fraction; below 2⁻⁶ multiples of 2⁻⁹. */
    private static int eightBits(float value) {
        double size = Math.abs(value);
        int exponent = Math.max(-6, Math.getExponent(size));
        int eighths =
                (int) Math.rint(size / Math.scalb(1.0, exponent - 3)); // a carry moves into the exponent by itself
        return (value < 0 ? 128 : 0) | (exponent + 6) * 8 + eighths;
    }
}
