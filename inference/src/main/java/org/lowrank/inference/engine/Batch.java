package org.lowrank.inference.engine;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.inference.description.Rotary;

/**
 * Sequences that are run together, their tokens below one another without padding. Attention sees each sequence alone.
 *
 * @param sequences token ids
 * @param hidden the residual stream, tokens × width
 */
record Batch(List<int[]> sequences, FloatStore hidden, Map<Rotary, float[][]> rotations) implements AutoCloseable {
    /** Sequences of equal length beside one another, so that one product serves them. */
    record Group(int firstToken, int count, int length) {}

    /** Divides sequences into batches of at most so many tokens, a longer one for itself. */
    static List<Batch> of(List<int[]> sequences, int width, int tokens, NDManager memory) {
        List<Batch> batches = new ArrayList<>();
        List<int[]> current = new ArrayList<>();
        int held = 0;
        for (int[] sequence : sequences) {
            if (!current.isEmpty() && held + sequence.length > tokens) {
                batches.add(one(current, held, width, memory));
                current = new ArrayList<>();
                held = 0;
            }
            current.add(sequence);
            held += sequence.length;
        }
        batches.add(one(current, held, width, memory));
        return batches;
    }

    private static Batch one(List<int[]> sequences, int tokens, int width, NDManager memory) {
        return new Batch(List.copyOf(sequences), FloatStore.allocate(memory, tokens, width), new HashMap<>());
    }

    int tokens() {
        return hidden.rows;
    }

    /** Runs of equal length. */
    List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < sequences.size(); ) {
            int length = sequences.get(i).length;
            int count = 1;
            while (i + count < sequences.size() && sequences.get(i + count).length == length) {
                count++;
            }
            groups.add(new Group(first, count, length));
            first += count * length;
            i += count;
        }
        return groups;
    }

    /** Cosines and sines, tokens × pairs, of the tokens' positions in their sequences. */
    float[][] rotation(Rotary rotary) {
        return rotations.computeIfAbsent(rotary, this::compute);
    }

    private float[][] compute(Rotary rotary) {
        int pairs = rotary.pairs();
        float[] cosines = new float[tokens() * pairs];
        float[] sines = new float[tokens() * pairs];
        double amplitude = rotary.amplitude();
        int at = 0;
        for (int[] sequence : sequences) {
            double[] frequencies = rotary.frequencies(sequence.length);
            for (int position = 0; position < sequence.length; position++) {
                for (int pair = 0; pair < pairs; pair++, at++) {
                    double angle = position * frequencies[pair];
                    cosines[at] = (float) (amplitude * Math.cos(angle));
                    sines[at] = (float) (amplitude * Math.sin(angle));
                }
            }
        }
        return new float[][] {cosines, sines};
    }

    @Override
    public void close() {
        hidden.close();
    }
}
