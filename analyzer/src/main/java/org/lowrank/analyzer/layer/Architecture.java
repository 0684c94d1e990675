package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of one stack of layers: which tensor plays which role. An entry of {@code architectures.json}.
 *
 * @param title in words
 * @param types the {@code model_type} values of config.json that use it
 * @param stack its name where the tensors' prefix does not tell
 * @param layers paths of a layer, {@code #} for its number; anything may come before, in whole segments
 * @param roles path inside the layer to role, {@code #} for any number
 * @param split how a fused QKV is divided
 * @param traits what is unusual about it
 */
record Architecture(
        String title,
        List<String> types,
        String stack,
        List<List<String>> layers,
        Map<String, Role> roles,
        FusedSplit split,
        Set<Trait> traits) {
    Architecture {
        types = List.copyOf(types);
        layers = List.copyOf(layers);
        roles = new LinkedHashMap<>(roles);
        traits = Set.copyOf(traits);
    }

    /** What is unusual about an architecture. */
    enum Trait {
        /** Matrices are stored [in, out]. */
        IN_OUT,
        /** Its layers are used several times, so that config.json counts more than there are. */
        REPEATED,
        /** Names alone, without its {@code model_type}, do not tell how to read it. */
        ONLY_DECLARED,
        /** Its layer paths follow one another and are counted through, instead of being other names of the same layers. */
        IN_TURN,
        /** M1 has half as many rows as config.json's intermediate size. */
        HALF_FEED_FORWARD,
        /** config.json's intermediate size is not that of M1. */
        FREE_FEED_FORWARD
    }

    boolean inOut() {
        return traits.contains(Trait.IN_OUT);
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /**
     * A tensor's place.
     *
     * @param prefix segments before the layer, empty or without a final dot
     * @param layer the numbers in the layer's path, after the number of the path where paths are counted through
     * @param pattern the layer's path, {@code #} for numbers
     * @param rest the path inside the layer
     * @param role what it is, null if it lies in the layer without a role
     * @param expert its expert, or −1
     */
    record Place(
            String prefix,
            List<Integer> layer,
            String pattern,
            String rest,
            @Nullable Role role,
            int expert) {}

    /**
     * Where a tensor of this module path lies, or null if it lies in none of these layers.
     *
     * @param all the paths of all tensors of the checkpoint
     */
    @Nullable
    Place place(PathSegments path, Set<String> all) {
        Place without = null;
        for (int p = 0; p < layers.size(); p++) {
            List<String> pattern = layers.get(p);
            int last = path.segments().size() - pattern.size();
            for (int at = 0; at < last; at++) {
                if (!path.matches(pattern, at)) {
                    continue;
                }
                int rest = at + pattern.size();
                Role role = roles.get(path.text().substring(path.starts().get(rest))); // mlp.0 beside mlp.2
                if (role == null) {
                    role = roles.get(
                            path.numbered().substring(path.numberedStarts().get(rest)));
                }
                String before = path.text().substring(0, path.starts().get(rest));
                if (role != null && !role.unless().isEmpty() && all.contains(before + role.unless())) {
                    role = null;
                }
                if (role != null) {
                    return place(path, p, at, rest, role);
                }
                without = without == null ? place(path, p, at, rest, null) : without;
            }
        }
        return without;
    }

    private Place place(PathSegments path, int pattern, int at, int rest, @Nullable Role role) {
        List<Integer> numbers = new ArrayList<>(path.numbers(at, rest));
        if (has(Trait.IN_TURN)) {
            numbers.add(0, pattern);
        }
        return new Place(
                at == 0 ? "" : path.text().substring(0, path.starts().get(at) - 1),
                List.copyOf(numbers),
                String.join(".", layers.get(pattern)),
                path.text().substring(path.starts().get(rest)),
                role,
                role != null && role.expert() ? path.lastNumber(rest) : -1);
    }
}
