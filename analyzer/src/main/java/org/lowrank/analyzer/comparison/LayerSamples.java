package org.lowrank.analyzer.comparison;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.measurement.OpenGroup;
import org.lowrank.analyzer.measurement.TensorGroup;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * Entries of every matrix of a stack, all of them where there are few, else at places drawn from the shape alone: matrices of one
 * shape are read at the same places, in whichever model they are. The distance of independent layers then has a standard error of
 * about 1/√(2n) for n entries of a layer.
 */
final class LayerSamples {
    /** Entries of a layer. */
    private static final int OF_LAYER = 98_304;

    /** Of a matrix at least, where a layer has hundreds of experts. */
    private static final int OF_MATRIX = 1024;

    /** Entries of one matrix, and how many of its own each stands for. */
    record Sample(long rows, long cols, float[] entries) {
        double weight() {
            return (double) rows * cols / entries.length;
        }
    }

    private LayerSamples() {}

    /** By layer and matrix; each tensor is opened once. */
    static TreeMap<Integer, Map<String, Sample>> of(List<LayerMatrix> matrices) throws IOException {
        Map<Integer, Integer> members = new LinkedHashMap<>();
        matrices.forEach(matrix -> members.merge(matrix.layer(), 1, Integer::sum));
        TreeMap<Integer, Map<String, Sample>> layers = new TreeMap<>();
        for (TensorGroup group : TensorGroup.of(matrices)) {
            try (OpenGroup open = OpenGroup.open(group)) {
                for (LayerMatrix matrix : group.matrices()) {
                    int most = Math.max(OF_MATRIX, OF_LAYER / members.getOrDefault(matrix.layer(), 1));
                    layers.computeIfAbsent(matrix.layer(), layer -> new LinkedHashMap<>())
                            .put(matrix.matrix(), sample(open.stored(matrix), matrix, most));
                }
            }
        }
        return layers;
    }

    private static Sample sample(StoredMatrix stored, LayerMatrix matrix, int most) {
        long size = matrix.parameters();
        int count = (int) Math.min(size, most);
        boolean transposed = matrix.parts().get(0).transposed();
        SplittableRandom random = new SplittableRandom(31 * matrix.rows() + matrix.cols());
        float[] entries = new float[count];
        List<Integer> starts = starts(stored);
        for (int k = 0; k < count; k++) {
            long at = size <= most ? k : random.nextLong(size);
            int row = (int) (at / matrix.cols());
            int col = (int) (at % matrix.cols());
            entries[k] = (float) entry(stored, starts, transposed ? col : row, transposed ? row : col);
        }
        return new Sample(matrix.rows(), matrix.cols(), entries);
    }

    /** Where each block begins along the axis. */
    private static List<Integer> starts(StoredMatrix stored) {
        List<Integer> starts = new ArrayList<>();
        int start = 0;
        for (StridedBlock block : stored.blocks()) {
            starts.add(start);
            start += stored.axis() == StoredMatrix.Axis.ROWS ? block.rows() : block.cols();
        }
        return starts;
    }

    private static double entry(StoredMatrix stored, List<Integer> starts, int i, int j) {
        boolean rows = stored.axis() == StoredMatrix.Axis.ROWS;
        int block = starts.size() - 1;
        while (starts.get(block) > (rows ? i : j)) {
            block--;
        }
        int start = starts.get(block);
        return stored.blocks().get(block).get(rows ? i - start : i, rows ? j : j - start);
    }
}
