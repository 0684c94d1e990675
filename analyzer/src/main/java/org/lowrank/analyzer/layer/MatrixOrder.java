package org.lowrank.analyzer.layer;

import java.util.Comparator;
import java.util.List;

/** The order of a layer's matrices: Q, K, V, QKV, O, the same of cross-attention, M1, M2, GATE, then expert by expert. */
enum MatrixOrder implements Comparator<String> {
    INSTANCE;

    private static final List<String> KINDS = List.of(
            "Q", "K", "V", "QKV", "O", "cross:Q", "cross:K", "cross:V", "cross:QKV", "cross:O", "M1", "M2", "GATE");

    @Override
    public int compare(String a, String b) {
        return Comparator.<String>comparingInt(MatrixOrder::expert)
                .thenComparingInt(name -> KINDS.indexOf(kind(name)))
                .compare(a, b);
    }

    private static String kind(String name) {
        int expert = name.indexOf(":E");
        return expert < 0 ? name : name.substring(0, expert);
    }

    private static int expert(String name) {
        int expert = name.indexOf(":E");
        return expert < 0 ? -1 : Integer.parseInt(name.substring(expert + 2));
    }
}
