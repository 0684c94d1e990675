package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * How the rows of a fused [out, in] matrix belong to Q, K and V: {@code groups} times a block of Q rows, a block of K rows
 * and a block of V rows, in some order. A wrong split gives plausible numbers, so that every division is checked.
 */
enum FusedSplit {
    /** All of Q, all of K, all of V. */
    PLAIN,
    /** Per head its rows of Q, K and V (GPT-NeoX, BLOOM, Persimmon, DeBERTa v1). */
    INTERLEAVED,
    /** Per key-value head the Q rows of its heads, then its K and V rows (Falcon 40B, InternLM 2). */
    GROUPED,
    /** Four blocks, each a quarter of Q, of V and of K, in this order. */
    CODEGEN,
    /** Falcon's three kinds: grouped, one key-value head (plain), or interleaved, as config.json says. */
    FALCON,
    /** One key-value head (plain) or interleaved, as {@code multi_query} says. */
    BIGCODE,
    /** Plain with key-value groups, or interleaved, as {@code multi_query_attention} says. */
    CHATGLM,
    /** Plain; KV holds per head the K rows without position, then the V rows (multi-head latent attention). */
    MLA;

    static FusedSplit named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Rows {@code start + i * step}, 0 ≤ i &lt; count, of the output axis. */
    record Slice(long start, long step, long count) {
        static Slice rows(long start, long count) {
            return new Slice(start, 1, count);
        }
    }

    /**
     * Divides a fused QKV.
     *
     * @param rows its output dimension
     * @param cols its input dimension
     * @param where its name, for messages
     */
    Map<Role.Kind, List<Slice>> qkv(long rows, long cols, StackConfig config, String where)
            throws MalformedWeightsException {
        long heads = config.heads();
        return switch (this) {
            case PLAIN, MLA -> plain(rows, cols, heads, config.keyValueHeads(), where);
            case INTERLEAVED -> interleaved(rows, heads, where);
            case GROUPED -> grouped(rows, heads, config.keyValueHeads(), where);
            case CODEGEN -> blocks(4, divided(rows, 12, where), List.of(Role.Kind.Q, Role.Kind.V, Role.Kind.K));
            case FALCON ->
                config.flag("new_decoder_architecture", false)
                        ? grouped(rows, heads, config.keyValueHeads(), where)
                        : config.flag("multi_query", true)
                                ? plain(rows, cols, heads, 1, where)
                                : interleaved(rows, heads, where);
            case BIGCODE ->
                config.flag("multi_query", true) ? plain(rows, cols, heads, 1, where) : interleaved(rows, heads, where);
            case CHATGLM ->
                config.flag("multi_query_attention", false)
                        ? plain(rows, cols, heads, config.number("multi_query_group_num", 0), where)
                        : interleaved(rows, heads, where);
        };
    }

    /**
     * Divides a query that holds per head its rows and as many of a gate.
     *
     * @param gate the gate's rows instead of the query's
     */
    static List<Slice> gatedQuery(long rows, long heads, boolean gate, String where) throws MalformedWeightsException {
        if (heads <= 0 || heads > rows) {
            throw unsplittable(where, rows, heads <= 0 ? "no number of heads" : heads + " heads");
        }
        long size = divided(rows, 2 * heads, where);
        List<Slice> slices = new ArrayList<>();
        for (long head = 0; head < heads; head++) {
            slices.add(Slice.rows((2 * head + (gate ? 1 : 0)) * size, size));
        }
        return slices;
    }

    /** Divides a fused K and V. */
    Map<Role.Kind, List<Slice>> kv(long rows, StackConfig config, String where) throws MalformedWeightsException {
        if (this != MLA) {
            long half = divided(rows, 2, where);
            return Map.of(Role.Kind.K, List.of(Slice.rows(0, half)), Role.Kind.V, List.of(Slice.rows(half, half)));
        }
        long keys = config.number("qk_nope_head_dim", 0);
        long values = config.number("v_head_dim", 0);
        boolean possible = keys > 0 && values > 0 && keys <= rows && values <= rows;
        if (!possible || rows % (keys + values) != 0) {
            throw unsplittable(where, rows, "qk_nope_head_dim " + keys + " and v_head_dim " + values);
        }
        List<Slice> k = new ArrayList<>();
        List<Slice> v = new ArrayList<>();
        for (long start = 0; start < rows; start += keys + values) {
            k.add(Slice.rows(start, keys));
            v.add(Slice.rows(start + keys, values));
        }
        return Map.of(Role.Kind.K, k, Role.Kind.V, v);
    }

    private static Map<Role.Kind, List<Slice>> plain(long rows, long cols, long heads, long kvHeads, String where)
            throws MalformedWeightsException {
        long k;
        long q;
        if (heads > rows || kvHeads > rows) {
            throw unsplittable(where, rows, heads + " heads and " + kvHeads + " key-value heads");
        }
        if (kvHeads > 0 && heads > 0 && kvHeads != heads) {
            long size = divided(rows, heads + 2 * kvHeads, where);
            q = heads * size;
            k = kvHeads * size;
        } else if (rows % 3 == 0 && (heads > 0 || rows == 3 * cols)) {
            q = rows / 3;
            k = q;
        } else {
            throw unsplittable(where, rows, heads + " heads and " + kvHeads + " key-value heads");
        }
        return Map.of(
                Role.Kind.Q, List.of(Slice.rows(0, q)),
                Role.Kind.K, List.of(Slice.rows(q, k)),
                Role.Kind.V, List.of(Slice.rows(q + k, k)));
    }

    private static Map<Role.Kind, List<Slice>> interleaved(long rows, long heads, String where)
            throws MalformedWeightsException {
        if (heads <= 0 || heads > rows) {
            throw unsplittable(where, rows, heads <= 0 ? "no number of heads" : heads + " heads");
        }
        return blocks(heads, divided(rows, 3 * heads, where), List.of(Role.Kind.Q, Role.Kind.K, Role.Kind.V));
    }

    private static Map<Role.Kind, List<Slice>> grouped(long rows, long heads, long kvHeads, String where)
            throws MalformedWeightsException {
        if (heads <= 0 || kvHeads <= 0 || heads > rows || heads % kvHeads != 0) {
            throw unsplittable(where, rows, heads + " heads and " + kvHeads + " key-value heads");
        }
        long size = divided(rows, heads + 2 * kvHeads, where);
        long perGroup = heads / kvHeads * size;
        List<Slice> q = new ArrayList<>();
        List<Slice> k = new ArrayList<>();
        List<Slice> v = new ArrayList<>();
        for (long group = 0; group < kvHeads; group++) {
            long start = group * (perGroup + 2 * size);
            q.add(Slice.rows(start, perGroup));
            k.add(Slice.rows(start + perGroup, size));
            v.add(Slice.rows(start + perGroup + size, size));
        }
        return Map.of(Role.Kind.Q, q, Role.Kind.K, k, Role.Kind.V, v);
    }

    private static Map<Role.Kind, List<Slice>> blocks(long groups, long size, List<Role.Kind> order) {
        Map<Role.Kind, List<Slice>> slices = new EnumMap<>(Role.Kind.class);
        for (int i = 0; i < order.size(); i++) {
            List<Slice> own = new ArrayList<>();
            for (long group = 0; group < groups; group++) {
                own.add(Slice.rows((group * order.size() + i) * size, size));
            }
            slices.put(order.get(i), own);
        }
        return slices;
    }

    private static long divided(long rows, long parts, String where) throws MalformedWeightsException {
        if (parts <= 0 || rows % parts != 0) {
            throw unsplittable(where, rows, parts + " equal parts");
        }
        return rows / parts;
    }

    private static MalformedWeightsException unsplittable(String where, long rows, String values) {
        return new MalformedWeightsException("cannot split fused matrix: " + where + ": " + rows
                + " rows do not divide by " + values + "; check the head counts in config.json");
    }
}
