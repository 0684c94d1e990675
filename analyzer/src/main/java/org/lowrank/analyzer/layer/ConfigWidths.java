package org.lowrank.analyzer.layer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The widths config.json gives for the matrices of one stack. Families differ in their words, and some models have two
 * widths (sliding and global attention, dense and expert layers), so each is a set of which a matrix must have one; empty
 * where config.json does not tell.
 *
 * @param model widths of the residual stream, the inputs of Q, K, V, M1
 * @param heads numbers of query heads
 * @param keyValueHeads numbers of key and value heads
 * @param head rows of one head
 * @param feedForward rows of M1
 */
record ConfigWidths(Set<Long> model, Set<Long> heads, Set<Long> keyValueHeads, Set<Long> head, Set<Long> feedForward) {
    /** Nothing is known. */
    static final ConfigWidths NONE = new ConfigWidths(Set.of(), Set.of(), Set.of(), Set.of(), Set.of());

    private static final Pattern MODEL =
            Pattern.compile("hidden_size|n_embd|n_embed|d_model|dim|emb_dim|embed_dim|embedding_length");
    private static final Pattern HEADS = Pattern.compile(
            "(swa_|local_|global_)?num_(attention_|query_|global_attention_)?heads|n_heads?|(encoder|decoder)_attention_heads"
                    + "|attention\\.head_count");
    private static final Pattern KEY_VALUE_HEADS = Pattern.compile(
            "(swa_|local_|global_)?num_(global_)?(key_value|kv)_heads|n_head_kv|n_kv_heads|num_kv_groups"
                    + "|multi_query_group_num|num_attention_groups|attention\\.head_count_kv");
    private static final Pattern HEAD =
            Pattern.compile("(swa_|local_|global_|v_|qk_|swa_v_)?head_dim|d_kv|kv_channels|d_head|attention_head_size"
                    + "|attention_head_dim|attention\\.(key|value)_length(_swa)?");
    private static final Pattern FEED_FORWARD = Pattern.compile(
            "([a-z_]*_)?(intermediate_size|intermediate_size_mlp|ffn_dim|ffn_hidden_size|feed_forward_length|ff_dim)"
                    + "|d_ff|n_inner|hidden_dim");

    /** Reads one configuration, of one stack. Keys may lie in {@code attn_config}. */
    static ConfigWidths of(JsonNode node) {
        if (isPerLayer(node)) {
            return NONE;
        }
        Set<Long> model = new TreeSet<>();
        Set<Long> heads = new TreeSet<>();
        Set<Long> keyValueHeads = new TreeSet<>();
        Set<Long> head = new TreeSet<>();
        Set<Long> feedForward = new TreeSet<>();
        node.properties().forEach(entry -> {
            collect(MODEL, entry.getKey(), entry.getValue(), model);
            collect(HEADS, entry.getKey(), entry.getValue(), heads);
            collect(KEY_VALUE_HEADS, entry.getKey(), entry.getValue(), keyValueHeads);
            collect(HEAD, entry.getKey(), entry.getValue(), head);
            collect(FEED_FORWARD, entry.getKey(), entry.getValue(), feedForward);
        });
        add(node.path("attn_config").path("kv_n_heads"), keyValueHeads);
        if (keyValueHeads.isEmpty()) {
            keyValueHeads.addAll(heads);
        }
        if (node.path("use_double_wide_mlp").asBoolean(false)) {
            feedForward.addAll(feedForward.stream().map(width -> 2 * width).toList()); // in layers that share keys
        }
        if (node.path("multi_query").asBoolean(false)) {
            keyValueHeads.add(1L);
        }
        if (head.isEmpty()) {
            model.forEach(width ->
                    heads.stream().filter(count -> width % count == 0).forEach(count -> head.add(width / count)));
        }
        return new ConfigWidths(model, heads, keyValueHeads, head, feedForward);
    }

    /** Heads pruned, or blocks that differ from layer to layer: what is said for the whole does not hold for a layer. */
    private static boolean isPerLayer(JsonNode node) {
        return !node.path("pruned_heads").isEmpty()
                || !node.path("block_configs").isEmpty();
    }

    private static void collect(Pattern key, String name, JsonNode value, Set<Long> into) {
        if (key.matcher(name).matches()) {
            add(value, into);
        }
    }

    private static void add(JsonNode value, Set<Long> into) {
        if (value.isArray() && ConfigProblems.isCount(value)) {
            value.forEach(one -> add(one, into)); // one value per layer or kind of layer
        } else if (StackConfig.isCount(value) && value.asLong() > 0) {
            into.add(value.asLong());
        }
    }

    /** Whether heads and their size are known for a stack of this width. */
    boolean areOf(long width) {
        return model.contains(width) && !heads.isEmpty() && !head.isEmpty();
    }

    /** Rows that Q may have. */
    Set<Long> query() {
        return products(heads);
    }

    /** Rows that K and V may have. */
    Set<Long> keyValue() {
        return products(keyValueHeads);
    }

    private Set<Long> products(Set<Long> counts) {
        Set<Long> products = new TreeSet<>();
        for (long count : counts) {
            head.forEach(size -> products.add(count * size));
        }
        return products;
    }
}
