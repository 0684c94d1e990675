package org.lowrank.reports;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Places labels at the ends of lines so that none covers another, each as near to its line as that allows. */
final class EndLabels {
    private EndLabels() {}

    /**
     * Least squares under the order and a least distance (pool adjacent violators): labels that collide form a block centred
     * on the mean of where its members want to be.
     *
     * @param wanted where each label wants to be
     * @param distance least distance of neighbours
     * @param low least position
     * @param high largest position
     * @return positions in the order of {@code wanted}
     */
    static double[] place(double[] wanted, double distance, double low, double high) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < wanted.length; i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingDouble(i -> wanted[i]));
        List<double[]> blocks = new ArrayList<>(); // {sum of (wanted − offset within the block), count}
        for (int i : order) {
            double[] block = {wanted[i], 1};
            while (!blocks.isEmpty()
                    && start(last(blocks), distance, low, high) + last(blocks)[1] * distance
                            > start(block, distance, low, high)) {
                double[] before = blocks.remove(blocks.size() - 1);
                block = new double[] {before[0] + block[0] - block[1] * before[1] * distance, before[1] + block[1]};
            }
            blocks.add(block);
        }
        double[] placed = new double[wanted.length];
        int next = 0;
        for (double[] block : blocks) {
            double start = start(block, distance, low, high);
            for (int k = 0; k < block[1]; k++) {
                placed[order.get(next++)] = start + k * distance;
            }
        }
        return placed;
    }

    private static double[] last(List<double[]> blocks) {
        return blocks.get(blocks.size() - 1);
    }

    private static double start(double[] block, double distance, double low, double high) {
        double mean = block[0] / block[1];
        return Math.max(low, Math.min(high - (block[1] - 1) * distance, mean));
    }
}
