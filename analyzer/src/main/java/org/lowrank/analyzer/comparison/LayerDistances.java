package org.lowrank.analyzer.comparison;

import java.util.List;

/**
 * How far the layers of a stack of A are from those of B, where the two have different depths, and which were paired for it.
 * The distance of A's layer i and B's layer j is (Σ ‖A_i − B_j‖_F² / Σ (‖A_i‖_F² + ‖B_j‖_F²))^½ over the matrices both have in one
 * shape: 0 for the same weights, 1 for independent ones (which are orthogonal), √2 for opposite ones.
 *
 * @param stack which
 * @param layersA rows
 * @param layersB columns
 * @param distances [row][column]; no rows where no matrix has the same shape in both
 * @param matched pairs of layers in the order of both, each at most once
 * @param standardError of the distance of independent layers, which is estimated on some entries of each matrix
 */
public record LayerDistances(
        String stack,
        List<Integer> layersA,
        List<Integer> layersB,
        double[][] distances,
        List<LayerPair> matched,
        double standardError) {
    /** Layers this far apart or farther are not paired: their weights have a cosine of at most 0.1, as unrelated ones. */
    public static final double LIMIT = 0.95;

    /** What independent layers have. */
    public static final double INDEPENDENT = 1;

    /** A layer of A and the one of B it is compared with. */
    public record LayerPair(int layerA, int layerB, double distance) {}

    /** Why the layers without a partner have none. */
    String reason() {
        String depths = layersA.size() + " and " + layersB.size() + " layers";
        if (distances.length == 0) {
            return depths + " of other shapes: layers are not paired by their number";
        }
        return matched.isEmpty()
                ? depths + ", none of them near another: layers are not paired by their number"
                : depths + ": no layer is near this one";
    }
}
