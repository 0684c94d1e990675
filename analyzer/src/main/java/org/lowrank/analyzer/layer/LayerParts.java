package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The parts a layer consists of, each a set of matrices that make sense together only: a layer may lack a part (a hybrid
 * has attention in some layers), but a part that is there is whole.
 */
enum LayerParts {
    /** Q, K, V and O. */
    ATTENTION("attention"),
    /** The same, with keys and values from another stack. */
    CROSS_ATTENTION("cross-attention"),
    /** M1 and M2, of the layer or of each expert. */
    FEED_FORWARD("feed-forward part");

    private static final Set<Role.Kind> ATTENDING = EnumSet.of(Role.Kind.Q, Role.Kind.K, Role.Kind.V, Role.Kind.O);
    private static final Set<Role.Kind> FEEDING = EnumSet.of(Role.Kind.M1, Role.Kind.M2);

    private final String title;

    LayerParts(String title) {
        this.title = title;
    }

    /** In words. */
    String title() {
        return title;
    }

    private Set<Role.Kind> needed() {
        return this == FEED_FORWARD ? FEEDING : ATTENDING;
    }

    /** The part a role belongs to. */
    static LayerParts of(Role role) {
        return role.kind().isAttention() ? role.cross() ? CROSS_ATTENTION : ATTENTION : FEED_FORWARD;
    }

    /** Parts of which there is something. */
    static Set<LayerParts> present(Collection<LayerStack.Placed> tensors) {
        Set<LayerParts> present = EnumSet.noneOf(LayerParts.class);
        tensors.forEach(tensor -> present.add(of(tensor.role())));
        return present;
    }

    /** Parts that are there with all their matrices. */
    static Set<LayerParts> whole(Collection<LayerStack.Placed> tensors) {
        Set<LayerParts> whole = EnumSet.noneOf(LayerParts.class);
        for (LayerParts part : present(tensors)) {
            if (part.missingFrom(tensors).isEmpty()) {
                whole.add(part);
            }
        }
        return whole;
    }

    /** Matrices that parts which are there lack: {@code K}, {@code M2 of expert 3}. */
    static List<String> missing(Collection<LayerStack.Placed> tensors) {
        List<String> missing = new ArrayList<>();
        present(tensors).forEach(part -> missing.addAll(part.missingFrom(tensors)));
        return missing;
    }

    private List<String> missingFrom(Collection<LayerStack.Placed> tensors) {
        Map<String, Set<Role.Kind>> owners = new TreeMap<>();
        Set<Role.Kind> ofExperts = EnumSet.noneOf(Role.Kind.class);
        for (LayerStack.Placed tensor : tensors) {
            if (of(tensor.role()) == this) {
                Set<Role.Kind> kinds = kinds(tensor.role().kind());
                owners.computeIfAbsent(owner(tensor), o -> EnumSet.noneOf(Role.Kind.class))
                        .addAll(kinds);
                if (tensor.role().expert()) {
                    ofExperts.addAll(kinds);
                }
            }
        }
        List<String> missing = new ArrayList<>();
        owners.forEach((owner, kinds) -> {
            Set<Role.Kind> needed = EnumSet.copyOf(needed());
            if (owner.startsWith(" of expert ")) {
                needed.addAll(ofExperts);
            }
            needed.removeAll(kinds);
            needed.forEach(kind -> missing.add(kind + owner));
        });
        return missing;
    }

    /** Whose it is, as in messages; empty for the layer itself. */
    static String owner(LayerStack.Placed tensor) {
        if (tensor.role().expert() && tensor.place().expert() >= 0) {
            return " of expert " + tensor.place().expert();
        }
        if (tensor.role().expertAxis()) {
            return " of the experts";
        }
        return tensor.role().shared() ? " of the shared expert" : "";
    }

    /** The matrices one tensor holds. */
    static Set<Role.Kind> kinds(Role.Kind kind) {
        return switch (kind) {
            case QKV -> EnumSet.of(Role.Kind.Q, Role.Kind.K, Role.Kind.V);
            case KV -> EnumSet.of(Role.Kind.K, Role.Kind.V);
            case GATE_UP, UP_GATE, GATE_UP_INTERLEAVED -> EnumSet.of(Role.Kind.GATE, Role.Kind.M1);
            default -> EnumSet.of(kind);
        };
    }
}
