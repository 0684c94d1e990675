package org.lowrank.survey.population;

/**
 * A quantity over relative depth, 0 the first layer and 1 the last, linear between layers and constant beyond them.
 *
 * @param depth ascending, in [0, 1]
 * @param value NaN where undefined
 */
record Curve(double[] depth, double[] value) {
    /** Points at which models of different depth are compared. */
    static final double[] GRID = grid(21);

    static double[] grid(int points) {
        double[] grid = new double[points];
        for (int i = 0; i < points; i++) {
            grid[i] = (double) i / (points - 1);
        }
        return grid;
    }

    /** The value at a depth. */
    double at(double x) {
        if (x <= depth[0]) {
            return value[0];
        }
        for (int i = 1; i < depth.length; i++) {
            if (x <= depth[i]) {
                double share = (x - depth[i - 1]) / (depth[i] - depth[i - 1]);
                return share == 1 ? value[i] : value[i - 1] + share * (value[i] - value[i - 1]);
            }
        }
        return value[value.length - 1];
    }
}
