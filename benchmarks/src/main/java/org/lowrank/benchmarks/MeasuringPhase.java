package org.lowrank.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelMeasurer;
import org.lowrank.analyzer.source.LocalFiles;
import org.lowrank.analyzer.source.format.CheckpointReader;
import org.lowrank.analyzer.tensor.Tensor;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;

/**
 * The measuring phase of one model, several times in one process: opening the file → last number. Prints the seconds of
 * each round, then passes over the weights.
 *
 * <p>Arguments: directory, threads, rounds, mode (default, certify or spectrum).
 */
public final class MeasuringPhase {
    private static final List<String> KINDS = List.of("query|q_proj=Q", "key|k_proj=K", "value|v_proj=V");

    private MeasuringPhase() {}

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int threads = Integer.parseInt(arguments[1]);
        int rounds = Integer.parseInt(arguments[2]);
        String mode = arguments.length > 3 ? arguments[3] : "default";
        SpectralOptions options =
                new SpectralOptions(1e-9, 1e-9, mode.equals("certify"), false, mode.equals("spectrum"), 0);
        try (SpectralEngine engine = SpectralEngines.create()) {
            for (int round = 0; round < rounds; round++) {
                long start = System.nanoTime();
                List<MatrixMeasurement> rows;
                try (LocalFiles files = LocalFiles.of(directory);
                        CheckpointReader reader = new CheckpointReader(files)) {
                    List<LayerMatrix> matrices = matrices(reader.read().tensors());
                    rows = new ModelMeasurer(engine, options, threads).measure("model", "", matrices, (a, b, c) -> {});
                }
                System.out.printf(Locale.ROOT, "seconds %.4f%n", (System.nanoTime() - start) / 1e9);
                if (round == rounds - 1) {
                    summary(engine, rows);
                }
            }
        }
    }

    private static void summary(SpectralEngine engine, List<MatrixMeasurement> rows) {
        System.out.println("engine " + engine.description());
        System.out.println("matrices " + rows.size());
        double passes =
                rows.stream().mapToInt(MatrixMeasurement::passes).average().orElse(0);
        System.out.printf(Locale.ROOT, "passes %.1f%n", passes);
        for (MatrixMeasurement row : rows) {
            System.out.println("sigma " + row.layer() + " " + row.matrix() + " " + row.spectralNorm());
        }
    }

    /** Layer and kind from the tensor's name; Q, K and V also stacked. */
    private static List<LayerMatrix> matrices(List<Tensor> tensors) {
        List<LayerMatrix> matrices = new ArrayList<>();
        for (Tensor tensor : tensors) {
            matrices.add(matrix(tensor));
        }
        List<LayerMatrix> all = new ArrayList<>(matrices);
        int layers = matrices.stream().mapToInt(LayerMatrix::layer).max().orElse(-1) + 1;
        for (int layer = 0; layer < layers; layer++) {
            List<LayerMatrix.Part> parts = new ArrayList<>();
            long rows = 0;
            long cols = 0;
            for (String kind : List.of("Q", "K", "V")) {
                for (LayerMatrix matrix : matrices) {
                    if (matrix.layer() == layer && matrix.matrix().equals(kind)) {
                        parts.addAll(matrix.parts());
                        rows += matrix.rows();
                        cols = matrix.cols();
                    }
                }
            }
            if (parts.size() == 3) {
                all.add(new LayerMatrix("encoder", layer, "QKV", rows, cols, parts));
            }
        }
        return all;
    }

    private static LayerMatrix matrix(Tensor tensor) {
        String name = tensor.name();
        int layer = Arrays.stream(name.split("\\."))
                .filter(p -> p.matches("\\d+"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElseThrow();
        String matrix = name.contains("attention.output") || name.contains("out_proj")
                ? "O"
                : name.contains("intermediate") || name.contains("fc_in") ? "M1" : "M2";
        for (String kind : KINDS) {
            String[] pair = kind.split("=");
            if (name.matches(".*\\.(" + pair[0] + ")\\.weight")) {
                matrix = pair[1];
            }
        }
        long rows = tensor.shape().get(0);
        long cols = tensor.shape().get(1);
        Tensor.View whole = Tensor.View.contiguous(rows, cols);
        return new LayerMatrix(
                "encoder", layer, matrix, rows, cols, List.of(new LayerMatrix.Part(tensor, List.of(whole), false)));
    }
}
