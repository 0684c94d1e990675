package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.lowrank.analyzer.tensor.Tensor;

/** The tensors of one stack of layers, placed by one architecture. */
final class LayerStack {
    private static final Set<Role.Kind> NEEDED =
            EnumSet.of(Role.Kind.Q, Role.Kind.K, Role.Kind.V, Role.Kind.O, Role.Kind.M1, Role.Kind.M2);

    private final Architecture architecture;
    private final String prefix;
    private final TreeMap<List<Integer>, List<Placed>> layers =
            new TreeMap<>((a, b) -> Arrays.compare(a.toArray(Integer[]::new), b.toArray(Integer[]::new)));
    private int size;

    LayerStack(Architecture architecture, String prefix) {
        this.architecture = architecture;
        this.prefix = prefix;
    }

    /** A tensor and its place. */
    record Placed(Tensor tensor, Architecture.Place place) {}

    void add(Tensor tensor, Architecture.Place place) {
        layers.computeIfAbsent(place.layer(), layer -> new ArrayList<>()).add(new Placed(tensor, place));
        size++;
    }

    Architecture architecture() {
        return architecture;
    }

    String prefix() {
        return prefix;
    }

    /** Tensors by layer, in layer order. */
    TreeMap<List<Integer>, List<Placed>> layers() {
        return layers;
    }

    /** How many tensors have a place. */
    int size() {
        return size;
    }

    List<Placed> placed() {
        return layers.values().stream().flatMap(List::stream).toList();
    }

    /** The path of its layers: two declarations that read the same layers have the same. */
    String container() {
        return (prefix.isEmpty() ? "" : prefix + ".") + architecture.layers().get(0);
    }

    /** Whether Q, K, V, O, M1 and M2 all occur. */
    boolean isComplete() {
        return missing(placed()).isEmpty();
    }

    /** The needed matrices that do not occur among these tensors, self- and cross-attention alike. */
    static Set<Role.Kind> missing(List<Placed> tensors) {
        Set<Role.Kind> missing = EnumSet.copyOf(NEEDED);
        tensors.forEach(tensor -> missing.removeAll(parts(tensor.place().role().kind())));
        return missing;
    }

    /** The matrices one tensor holds. */
    static Set<Role.Kind> parts(Role.Kind kind) {
        return switch (kind) {
            case QKV -> EnumSet.of(Role.Kind.Q, Role.Kind.K, Role.Kind.V);
            case KV -> EnumSet.of(Role.Kind.K, Role.Kind.V);
            case GATE_UP, UP_GATE, GATE_UP_INTERLEAVED -> EnumSet.of(Role.Kind.GATE, Role.Kind.M1);
            default -> EnumSet.of(kind);
        };
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
            if (words.contains("text") || words.contains("language")) {
                name = "text";
            } else if (segment.endsWith("encoder") || segment.endsWith("decoder")) {
                name = segment;
            }
        }
        return name;
    }
}
