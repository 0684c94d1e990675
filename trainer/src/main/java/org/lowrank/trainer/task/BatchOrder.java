package org.lowrank.trainer.task;

/** The order of samples in mini-batches: a fresh permutation every epoch, cut into batches; a shorter rest is a batch too. */
public final class BatchOrder {
    private final RandomStream random;
    private final int[] order;

    /** The order of this seed. */
    public BatchOrder(int samples, long seed) {
        random = new RandomStream(seed);
        order = new int[samples];
        for (int i = 0; i < samples; i++) {
            order[i] = i;
        }
    }

    /** The next epoch's order; the array is reused. */
    public int[] next() {
        random.shuffle(order);
        return order;
    }

    /** Goes past some epochs. */
    public void skip(int epochs) {
        for (int e = 0; e < epochs; e++) {
            random.shuffle(order);
        }
    }
}
