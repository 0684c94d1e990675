package org.lowrank.merge.finetuning;

import java.util.List;

/**
 * A task: windows of equal length with labels.
 *
 * @param windows rows of the table of tokens, one array a window
 * @param labels ±1
 */
record LabelledTexts(List<int[]> windows, float[] labels) {
    LabelledTexts {
        windows = List.copyOf(windows);
        if (windows.size() != labels.length) {
            throw new IllegalArgumentException(windows.size() + " windows, " + labels.length + " labels");
        }
    }

    int size() {
        return labels.length;
    }

    /** These windows one below the other. */
    long[] ids(int[] which) {
        int length = windows.get(0).length;
        long[] ids = new long[which.length * length];
        for (int i = 0; i < which.length; i++) {
            int[] window = windows.get(which[i]);
            for (int j = 0; j < length; j++) {
                ids[i * length + j] = window[j];
            }
        }
        return ids;
    }

    float[] labels(int[] which) {
        float[] chosen = new float[which.length];
        for (int i = 0; i < which.length; i++) {
            chosen[i] = labels[which[i]];
        }
        return chosen;
    }
}
