package org.lowrank.trainer.task;

/**
 * The paper's synthetic data (Section 6): inputs N(0, Σ) projected onto the unit sphere, labels sign(sin(c·wᵀx)) for a
 * labelling vector w from N(0, I_d), sign(0) = +1. Σ is the identity on a range of coordinates and zero elsewhere.
 */
public final class SyntheticTasks {
    private SyntheticTasks() {}

    /**
     * One task whose inputs live on the coordinates {@code from} … {@code to} − 1.
     *
     * @param samples n ≥ 1
     * @param dimension d
     * @param frequency c
     * @param inputs the stream the inputs come from
     * @param labels the stream the labelling vector comes from
     */
    public static Task sphere(
            int samples, int dimension, int from, int to, double frequency, RandomStream inputs, RandomStream labels) {
        double[] w = new double[dimension];
        for (int j = 0; j < dimension; j++) {
            w[j] = labels.normal();
        }
        double[] x = new double[samples * dimension];
        double[] y = new double[samples];
        for (int i = 0; i < samples; i++) {
            double square = 0;
            for (int j = from; j < to; j++) {
                double entry = inputs.normal();
                x[i * dimension + j] = entry;
                square += entry * entry;
            }
            double norm = Math.sqrt(square);
            double product = 0;
            for (int j = from; j < to; j++) {
                x[i * dimension + j] /= norm;
                product += w[j] * x[i * dimension + j];
            }
            y[i] = StrictMath.sin(frequency * product) >= 0 ? 1 : -1;
        }
        return new Task(samples, dimension, x, y);
    }

    /** Figure 3's orthogonal tasks of one draw: the first on the first half of the coordinates, the second on the rest. */
    public static TaskPair orthogonal(int samples, int dimension, double frequency, long seed, int draw) {
        return new TaskPair(
                half(samples, dimension, 0, frequency, seed, draw, 0),
                half(samples, dimension, dimension / 2, frequency, seed, draw, 1));
    }

    /**
     * Figure 3's contrast: both tasks on the first half of the coordinates, fresh samples and labelling vectors. Its first
     * task is the orthogonal pair's first: the two conditions differ in the second task alone.
     */
    public static TaskPair same(int samples, int dimension, double frequency, long seed, int draw) {
        return new TaskPair(
                half(samples, dimension, 0, frequency, seed, draw, 0),
                half(samples, dimension, 0, frequency, seed, draw, 2));
    }

    /** A network's own task on the first half of the coordinates. */
    public static Task half(int samples, int dimension, double frequency, long seed, int draw, int network) {
        return half(samples, dimension, 0, frequency, seed, draw, network);
    }

    /**
     * Inputs that overlap the first half of the coordinates: x = √(1−ρ²) u + ρ v, u uniform on the unit sphere of the second half
     * and v on that of the first. Labels sign(sin(c·wᵀx)).
     *
     * @param overlap ρ in [0, 1]: 0 for orthogonal tasks, 1 for inputs of the first task's kind
     */
    public static Task overlapping(int samples, int dimension, double overlap, double frequency, long seed, int draw) {
        RandomStream inputs = new RandomStream(Seeds.of(seed, draw, 1, Seeds.Use.INPUTS));
        Task second = sphere(
                samples,
                dimension,
                dimension / 2,
                dimension,
                frequency,
                inputs,
                new RandomStream(Seeds.of(seed, draw, 1, Seeds.Use.LABELS)));
        Task shared = sphere(
                samples,
                dimension,
                0,
                dimension / 2,
                frequency,
                inputs,
                new RandomStream(Seeds.of(seed, draw, 1, Seeds.Use.LABELS)));
        return mixed(second, shared, overlap, frequency, new RandomStream(Seeds.of(seed, draw, 1, Seeds.Use.LABELS)));
    }

    /** x = √(1−ρ²) u + ρ v of two tasks' inputs, labelled anew. */
    private static Task mixed(Task own, Task shared, double overlap, double frequency, RandomStream labels) {
        int samples = own.samples();
        int dimension = own.dimension();
        double[] w = new double[dimension];
        for (int j = 0; j < dimension; j++) {
            w[j] = labels.normal();
        }
        double rest = Math.sqrt(1 - overlap * overlap);
        double[] x = new double[samples * dimension];
        double[] y = new double[samples];
        for (int i = 0; i < samples; i++) {
            double product = 0;
            for (int j = 0; j < dimension; j++) {
                int at = i * dimension + j;
                x[at] = rest * own.inputs()[at] + overlap * shared.inputs()[at];
                product += w[j] * x[at];
            }
            y[i] = StrictMath.sin(frequency * product) >= 0 ? 1 : -1;
        }
        return new Task(samples, dimension, x, y);
    }

    /**
     * One of several tasks that overlap: x = √(1−ρ²) u + ρ v, u uniform on the unit sphere of the task's own share of the coordinates
     * and v on that of a share that all tasks have in common. Labels sign(sin(c·wᵀx)).
     *
     * @param count how many tasks there are; with the common one their shares are d/(count + 1) coordinates each
     * @param index of this one, from 0
     * @param overlap ρ in [0, 1]: 0 for orthogonal tasks, 1 for inputs of one kind
     */
    public static Task sharing(
            int samples, int dimension, int count, int index, double overlap, double frequency, long seed, int draw) {
        int share = Math.max(1, dimension / (count + 1));
        RandomStream inputs = new RandomStream(Seeds.of(seed, draw, index, Seeds.Use.INPUTS));
        long labels = Seeds.of(seed, draw, index, Seeds.Use.LABELS);
        int from = Math.min((index + 1) * share, dimension - share);
        Task own = sphere(samples, dimension, from, from + share, frequency, inputs, new RandomStream(labels));
        Task common = sphere(samples, dimension, 0, share, frequency, inputs, new RandomStream(labels));
        return mixed(own, common, overlap, frequency, new RandomStream(labels));
    }

    private static Task half(int samples, int dimension, int from, double frequency, long seed, int draw, int network) {
        return sphere(
                samples,
                dimension,
                from,
                from == 0 ? dimension / 2 : dimension,
                frequency,
                new RandomStream(Seeds.of(seed, draw, network, Seeds.Use.INPUTS)),
                new RandomStream(Seeds.of(seed, draw, network, Seeds.Use.LABELS)));
    }
}
