package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.lowrank.weights.tensor.Tensor;

/** The tensors of one stack of layers, placed by one architecture. */
final class LayerStack {
    private static final Comparator<List<Integer>> BY_NUMBERS = (a, b) -> {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = Integer.compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    };

    private final Architecture architecture;
    private final String prefix;
    private final TreeMap<List<Integer>, Layer> layers = new TreeMap<>(BY_NUMBERS);
    private String layerPath = "#";
    private int size;

    LayerStack(Architecture architecture, String prefix) {
        this.architecture = architecture;
        this.prefix = prefix;
    }

    /** A tensor with a role, and its place. */
    record Placed(Tensor tensor, Architecture.Place place) {
        Role role() {
            return Objects.requireNonNull(place.role());
        }
    }

    /**
     * One layer.
     *
     * @param placed tensors with a role
     * @param others matrices without one
     */
    record Layer(List<Placed> placed, List<Other> others) {}

    /** A tensor without a role, and its path inside the layer. */
    record Other(Tensor tensor, String path) {}

    void add(Tensor tensor, Architecture.Place place) {
        if (layers.isEmpty()) {
            layerPath = place.pattern();
        }
        Layer layer = layers.computeIfAbsent(place.layer(), l -> new Layer(new ArrayList<>(), new ArrayList<>()));
        if (place.role() == null) {
            if (tensor.shape().size() >= 2 && !SkipReason.isBuffer(tensor)) {
                layer.others().add(new Other(tensor, place.rest()));
            }
        } else {
            layer.placed().add(new Placed(tensor, place));
            size++;
        }
    }

    Architecture architecture() {
        return architecture;
    }

    String prefix() {
        return prefix;
    }

    /** In layer order. */
    TreeMap<List<Integer>, Layer> layers() {
        return layers;
    }

    /** How many tensors have a role. */
    int size() {
        return size;
    }

    List<Placed> placed() {
        return layers.values().stream()
                .flatMap(layer -> layer.placed().stream())
                .toList();
    }

    /** The number of each layer, in layer order: its own, or its place where one number does not tell. */
    Map<List<Integer>, Integer> numbers() {
        Map<List<Integer>, Integer> numbers = new TreeMap<>(BY_NUMBERS);
        for (List<Integer> key : layers.keySet()) {
            numbers.put(key, key.size() == 1 ? key.get(0) : numbers.size());
        }
        return numbers;
    }

    /** The path of its layers: two declarations that read the same layers have the same. */
    String container() {
        return (prefix.isEmpty() ? "" : prefix + ".") + layerPath;
    }

    /** Whether Q, K, V, O, M1 and M2 all occur. */
    boolean isComplete() {
        List<Placed> all = placed();
        Set<LayerParts> whole = LayerParts.whole(all);
        return whole.contains(LayerParts.FEED_FORWARD)
                && (whole.contains(LayerParts.ATTENTION) || whole.contains(LayerParts.CROSS_ATTENTION))
                && whole.equals(LayerParts.present(all));
    }

    /** Whether some layer has a whole attention or feed-forward part. */
    boolean isUsable() {
        return layers.values().stream()
                .anyMatch(layer -> !LayerParts.whole(layer.placed()).isEmpty());
    }

    /** Whether its layers are counted by one number. */
    boolean isNumbered() {
        return !layers.isEmpty()
                && layers.firstKey().size() == 1
                && !architecture.has(Architecture.Trait.REPEATED)
                && !architecture.has(Architecture.Trait.IN_TURN);
    }

    /** One word for it: what the prefix says (vision, text, audio, encoder, decoder), else what the architecture says. */
    String name() {
        String name = architecture.stack();
        for (String segment : prefix.toLowerCase(Locale.ROOT).split("\\.")) {
            List<String> words = List.of(segment.split("_"));
            if (words.contains("vision") || words.contains("visual") || words.contains("image")) {
                return "vision";
            }
            if (words.contains("audio") || words.contains("speech")) {
                return "audio";
            }
            if (words.contains("mtp") || words.contains("nextn")) {
                return "mtp";
            }
            if (words.contains("text") || words.contains("language")) {
                name = "text";
            } else if (segment.endsWith("encoder") || segment.endsWith("decoder")) {
                name = segment;
            }
        }
        return name;
    }
}
