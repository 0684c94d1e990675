package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.lowrank.weights.tensor.Tensor;

/** The tensors of one stack of layers, placed by one architecture. */
final class LayerStack {
    private static final Set<Role.Kind> NEEDED =
            EnumSet.of(Role.Kind.Q, Role.Kind.K, Role.Kind.V, Role.Kind.O, Role.Kind.M1, Role.Kind.M2);

    private static final Set<Role.Kind> ATTENTION = EnumSet.of(Role.Kind.Q, Role.Kind.K, Role.Kind.V, Role.Kind.O);

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

    /** The needed matrices that do not occur among these tensors, in one of self- and cross-attention where there are both. */
    static Set<Role.Kind> missing(List<Placed> tensors) {
        Set<Role.Kind> self = EnumSet.noneOf(Role.Kind.class);
        Set<Role.Kind> cross = EnumSet.noneOf(Role.Kind.class);
        for (Placed tensor : tensors) {
            (tensor.place().role().cross() ? cross : self)
                    .addAll(parts(tensor.place().role().kind()));
        }
        Set<Role.Kind> missing = EnumSet.copyOf(NEEDED);
        missing.removeAll(self);
        missing.removeAll(cross);
        for (Set<Role.Kind> attention : List.of(self, cross)) {
            if (attention.stream().anyMatch(ATTENTION::contains)) {
                Set<Role.Kind> rest = EnumSet.copyOf(ATTENTION);
                rest.removeAll(attention);
                missing.addAll(rest);
            }
        }
        return missing;
    }

    /** Matrices that some experts of a layer have and others of it lack: {@code M2 of expert 3}. */
    static List<String> missingOfExperts(List<Placed> tensors) {
        TreeMap<Integer, Set<Role.Kind>> experts = new TreeMap<>();
        Set<Role.Kind> all = EnumSet.noneOf(Role.Kind.class);
        for (Placed tensor : tensors) {
            if (tensor.place().expert() >= 0) {
                Set<Role.Kind> kinds = parts(tensor.place().role().kind());
                experts.computeIfAbsent(tensor.place().expert(), e -> EnumSet.noneOf(Role.Kind.class))
                        .addAll(kinds);
                all.addAll(kinds);
            }
        }
        List<String> missing = new ArrayList<>();
        experts.forEach((expert, kinds) -> all.stream()
                .filter(kind -> !kinds.contains(kind))
                .forEach(kind -> missing.add(kind + " of expert " + expert)));
        return missing;
    }

    /** Whether these tensors have M1 without GATE, where others have both. */
    static boolean lacksGate(List<Placed> tensors, boolean ofExperts) {
        Set<Role.Kind> kinds = feedForward(tensors, ofExperts);
        return kinds.contains(Role.Kind.M1) && !kinds.contains(Role.Kind.GATE);
    }

    /** Whether these tensors have a GATE. */
    static boolean hasGate(List<Placed> tensors, boolean ofExperts) {
        return feedForward(tensors, ofExperts).contains(Role.Kind.GATE);
    }

    private static Set<Role.Kind> feedForward(List<Placed> tensors, boolean ofExperts) {
        Set<Role.Kind> kinds = EnumSet.noneOf(Role.Kind.class);
        for (Placed tensor : tensors) {
            Role role = tensor.place().role();
            if ((role.expert() || role.expertAxis()) == ofExperts) {
                kinds.addAll(parts(role.kind()));
            }
        }
        return kinds;
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
