package org.lowrank.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the launcher runs once after a build, so that its class-data archive holds the classes of a measurement and of its
 * report, and of a merge: one layer of a made-up BERT is measured, and merged with another, the results written to a temporary directory and
 * deleted.
 */
final class Rehearsal {
    private static final int DIMENSION = 64;
    private static final int FEED_FORWARD = 128;

    private Rehearsal() {}

    /** Takes no arguments; exits with the code of the measurement. */
    public static void main(String[] args) throws IOException {
        System.exit(run());
    }

    /** Measures, merges and returns the exit code. */
    static int run() throws IOException {
        Path directory = Files.createTempDirectory("lowrank-rehearsal");
        try {
            Path one = write(directory.resolve("one"));
            Path other = write(directory.resolve("other"));
            int measured = Main.run(
                    "analyze", one.toString(), "--out", directory.resolve("out").toString(), "--quiet");
            String merged = directory.resolve("merged").toString();
            return measured != 0
                    ? measured
                    : Main.run(
                            "merge",
                            "--method",
                            "linear",
                            one.toString(),
                            other.toString(),
                            "--out",
                            merged,
                            "--quiet");
        } finally {
            delete(directory);
        }
    }

    /** A model in a directory of its own. */
    private static Path write(Path model) throws IOException {
        Files.createDirectory(model);
        String config =
                "{\"model_type\": \"bert\", \"num_hidden_layers\": 1, \"hidden_size\": %d, \"intermediate_size\": %d}";
        Files.writeString(model.resolve("config.json"), String.format(Locale.ROOT, config, DIMENSION, FEED_FORWARD));
        Files.write(model.resolve("model.safetensors"), model());
        return model;
    }

    /** A safetensors file of the six matrices of a layer. */
    private static byte[] model() {
        List<String> names = List.of(
                "attention.self.query",
                "attention.self.key",
                "attention.self.value",
                "attention.output.dense",
                "intermediate.dense",
                "output.dense");
        List<String> entries = new ArrayList<>();
        int end = 0;
        for (String name : names) {
            int rows = name.startsWith("intermediate") ? FEED_FORWARD : DIMENSION;
            int cols = name.equals("output.dense") ? FEED_FORWARD : DIMENSION;
            int start = end;
            end += Float.BYTES * rows * cols;
            entries.add(String.format(
                    Locale.ROOT,
                    "\"bert.encoder.layer.0.%s.weight\": {\"dtype\": \"F32\", \"shape\": [%d, %d], \"data_offsets\": [%d, %d]}",
                    name,
                    rows,
                    cols,
                    start,
                    end));
        }
        byte[] header = ("{" + String.join(", ", entries) + "}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + header.length + end).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header);
        for (int i = 0; file.hasRemaining(); i++) {
            file.putFloat((float) Math.sin(i * (double) i));
        }
        return file.array();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
