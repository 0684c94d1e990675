package org.lowrank.analyzer.comparison;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.lowrank.analyzer.comparison.LayerDistances.LayerPair;
import org.lowrank.analyzer.comparison.LayerSamples.Sample;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.MatrixKind;

/**
 * Which matrix of B each of A's is compared with: the one of the same layer where the stack has as many layers in both, else the
 * one of the layer that is matched by its weights, or none. Nothing is paired by its number alone where depths differ.
 *
 * @param partners by A's matrix
 * @param distances of the stacks of different depth
 */
record LayerMatching(Map<MatrixId, LayerMatrix> partners, List<LayerDistances> distances) {
    static LayerMatching of(ModelComparer.Side a, ModelComparer.Side b) throws IOException {
        Map<MatrixId, LayerMatrix> ofB = new LinkedHashMap<>();
        b.matrices().forEach(matrix -> ofB.put(matrix.id(), matrix));
        Map<String, LayerDistances> uneven = new LinkedHashMap<>();
        for (Map.Entry<String, Integer> stack : a.depths().entrySet()) {
            Integer other = b.depths().get(stack.getKey());
            if (other != null && !other.equals(stack.getValue())) {
                uneven.put(stack.getKey(), distances(stack.getKey(), a.matrices(), b.matrices()));
            }
        }
        Map<MatrixId, LayerMatrix> partners = new LinkedHashMap<>();
        for (LayerMatrix matrix : a.matrices()) {
            LayerDistances found = uneven.get(matrix.stack());
            if (found == null || matrix.layer() == MatrixId.NO_LAYER) {
                put(partners, matrix, ofB.get(matrix.id()));
                continue;
            }
            found.matched().stream()
                    .filter(pair -> pair.layerA() == matrix.layer())
                    .findFirst()
                    .ifPresent(pair -> put(partners, matrix, ofB.get(matrix.id().inLayer(pair.layerB()))));
        }
        return new LayerMatching(partners, List.copyOf(uneven.values()));
    }

    private static void put(
            Map<MatrixId, LayerMatrix> partners,
            LayerMatrix matrix,
            @org.jspecify.annotations.Nullable LayerMatrix partner) {
        if (partner != null) {
            partners.put(matrix.id(), partner);
        }
    }

    /** Why a matrix of this stack has no partner. */
    String reason(String stack, String other) {
        return distances.stream()
                .filter(found -> found.stack().equals(stack))
                .findFirst()
                .map(LayerDistances::reason)
                .orElse("not in " + other);
    }

    private static LayerDistances distances(String stack, List<LayerMatrix> a, List<LayerMatrix> b) throws IOException {
        TreeMap<Integer, Map<String, Sample>> ofA = LayerSamples.of(single(stack, a));
        TreeMap<Integer, Map<String, Sample>> ofB = LayerSamples.of(single(stack, b));
        List<Integer> layersA = List.copyOf(ofA.keySet());
        List<Integer> layersB = List.copyOf(ofB.keySet());
        double[][] distances = new double[layersA.size()][layersB.size()];
        long entries = 0;
        for (int i = 0; i < distances.length; i++) {
            for (int j = 0; j < layersB.size(); j++) {
                Map<String, Sample> one = Objects.requireNonNull(ofA.get(layersA.get(i)));
                Map<String, Sample> other = Objects.requireNonNull(ofB.get(layersB.get(j)));
                distances[i][j] = distance(one, other);
                entries = Math.max(entries, common(one, other));
            }
        }
        if (entries == 0) {
            return new LayerDistances(stack, layersA, layersB, new double[0][0], List.of(), 0);
        }
        return new LayerDistances(
                stack, layersA, layersB, distances, matched(layersA, layersB, distances), 1 / Math.sqrt(2.0 * entries));
    }

    /** Matrices of the stack that are no part of a larger one and stand for themselves. */
    private static List<LayerMatrix> single(String stack, List<LayerMatrix> matrices) {
        return matrices.stream()
                .filter(matrix -> matrix.stack().equals(stack) && matrix.layer() != MatrixId.NO_LAYER)
                .filter(matrix -> matrix.stackedFrom().isEmpty() && matrix.id().kind() != MatrixKind.TENSOR)
                .filter(matrix -> matrix.id().member().type() != MatrixId.Member.Type.HEAD)
                .toList();
    }

    private static boolean comparable(Sample a, @org.jspecify.annotations.Nullable Sample b) {
        return b != null && a.rows() == b.rows() && a.cols() == b.cols() && a.entries().length == b.entries().length;
    }

    private static long common(Map<String, Sample> a, Map<String, Sample> b) {
        return a.entrySet().stream()
                .filter(one -> comparable(one.getValue(), b.get(one.getKey())))
                .mapToLong(one -> one.getValue().entries().length)
                .sum();
    }

    /** NaN where no matrix has the same shape in both. */
    static double distance(Map<String, Sample> a, Map<String, Sample> b) {
        double apart = 0;
        double whole = 0;
        for (Map.Entry<String, Sample> one : a.entrySet()) {
            Sample x = one.getValue();
            Sample y = b.get(one.getKey());
            if (!comparable(x, y)) {
                continue;
            }
            for (int k = 0; k < x.entries().length; k++) {
                double p = x.entries()[k];
                double q = Objects.requireNonNull(y).entries()[k];
                apart += x.weight() * (p - q) * (p - q);
                whole += x.weight() * (p * p + q * q);
            }
        }
        return Math.sqrt(apart / whole);
    }

    /**
     * Pairs that rise in both, each layer at most once, with the largest sum of LIMIT − distance (the alignment of two sequences
     * by dynamic programming, Needleman and Wunsch 1970); layers at LIMIT or beyond are never paired.
     */
    static List<LayerPair> matched(List<Integer> layersA, List<Integer> layersB, double[][] distances) {
        int n = layersA.size();
        int m = layersB.size();
        double[][] best = new double[n + 1][m + 1]; // of the layers from (i, j) on
        for (int i = n - 1; i >= 0; i--) {
            for (int j = m - 1; j >= 0; j--) {
                best[i][j] = Math.max(best[i + 1][j], best[i][j + 1]);
                double gain = LayerDistances.LIMIT - distances[i][j];
                if (gain > 0) {
                    best[i][j] = Math.max(best[i][j], gain + best[i + 1][j + 1]);
                }
            }
        }
        List<LayerPair> pairs = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < n && j < m) {
            double gain = LayerDistances.LIMIT - distances[i][j];
            if (gain > 0 && best[i][j] == gain + best[i + 1][j + 1]) {
                pairs.add(new LayerPair(layersA.get(i), layersB.get(j), distances[i][j]));
                i++;
                j++;
            } else if (best[i][j] == best[i + 1][j]) {
                i++;
            } else {
                j++;
            }
        }
        return List.copyOf(pairs);
    }
}
