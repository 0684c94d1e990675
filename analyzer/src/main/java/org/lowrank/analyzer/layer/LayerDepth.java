package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is different about the layers of a stack: their number against config.json, parts that only some layers have. Said,
 * not refused: slices, pruned and hybrid models are sound.
 */
final class LayerDepth {
    private static final int SHOWN = 4;

    private LayerDepth() {}

    /** Layers against the number config.json gives, where that is this stack's. */
    static List<String> ofNumber(LayerStack stack, long expected, boolean own) {
        if (!stack.isNumbered() || expected <= 0) {
            return List.of();
        }
        TreeSet<Integer> numbers = new TreeSet<>();
        stack.layers().keySet().forEach(layer -> numbers.add(layer.get(0)));
        List<String> differences = new ArrayList<>();
        if (!own) {
            if (numbers.size() != expected) {
                differences.add(stack.container() + " is a stack of its own: " + layers(numbers.size()) + " beside the "
                        + expected + " that config.json counts");
            }
            return differences;
        }
        String absent = ranges(missing(numbers, expected));
        if (!absent.isEmpty()) {
            differences.add(stack.container() + " has no tensors of layers " + absent + " of the " + expected
                    + " in config.json: a part of a model or a pruned one; what is there is measured");
        }
        if (numbers.last() >= expected) {
            differences.add(stack.container() + " has " + layers(numbers.size()) + ", config.json says " + expected);
        }
        return differences;
    }

    private static String layers(int number) {
        return number + (number == 1 ? " layer" : " layers");
    }

    private static List<long[]> missing(TreeSet<Integer> numbers, long expected) {
        List<long[]> gaps = new ArrayList<>();
        long next = 0;
        for (int number : numbers) {
            if (number > next && next < expected) {
                gaps.add(new long[] {next, Math.min(number, expected) - 1});
            }
            next = number + 1L;
        }
        if (next < expected) {
            gaps.add(new long[] {next, expected - 1});
        }
        return gaps;
    }

    private static String ranges(List<long[]> ranges) {
        List<String> texts = new ArrayList<>();
        for (long[] range : ranges.subList(0, Math.min(ranges.size(), SHOWN))) {
            texts.add(range[0] == range[1] ? Long.toString(range[0]) : range[0] + "-" + range[1]);
        }
        return String.join(", ", texts) + (ranges.size() > SHOWN ? ", …" : "");
    }

    /** Parts, and gates, that some layers have and others do not, with what those have instead. */
    static List<String> ofParts(LayerStack stack) {
        Map<List<Integer>, Set<LayerParts>> parts = new LinkedHashMap<>();
        Set<LayerParts> anywhere = EnumSet.noneOf(LayerParts.class);
        stack.layers().forEach((number, layer) -> {
            Set<LayerParts> present = LayerParts.present(layer.placed());
            parts.put(number, present);
            anywhere.addAll(present);
        });
        List<String> differences = new ArrayList<>();
        for (LayerParts part : anywhere) {
            if (part == LayerParts.CROSS_ATTENTION) {
                continue; // in some layers by design
            }
            List<List<Integer>> without = parts.entrySet().stream()
                    .filter(entry -> !entry.getValue().contains(part))
                    .map(Map.Entry::getKey)
                    .toList();
            if (!without.isEmpty()) {
                differences.add(numbers(without) + " of " + stack.container() + " " + have(without) + " no "
                        + part.title() + instead(stack, without));
            }
        }
        gates(stack, differences);
        return differences;
    }

    private static void gates(LayerStack stack, List<String> differences) {
        Map<Boolean, List<List<Integer>>> without = new TreeMap<>();
        Set<Boolean> gated = new TreeSet<>();
        stack.layers().forEach((number, layer) -> {
            for (boolean ofExperts : new boolean[] {false, true}) {
                Set<Role.Kind> kinds = EnumSet.noneOf(Role.Kind.class);
                for (LayerStack.Placed placed : layer.placed()) {
                    if ((placed.role().expert() || placed.role().expertAxis()) == ofExperts) {
                        kinds.addAll(LayerParts.kinds(placed.role().kind()));
                    }
                }
                if (kinds.contains(Role.Kind.GATE)) {
                    gated.add(ofExperts);
                } else if (kinds.contains(Role.Kind.M1)) {
                    without.computeIfAbsent(ofExperts, e -> new ArrayList<>()).add(number);
                }
            }
        });
        without.forEach((ofExperts, layers) -> {
            if (gated.contains(ofExperts)) {
                differences.add(numbers(layers) + " of " + stack.container() + " " + have(layers)
                        + " no GATE, which other layers have");
            }
        });
    }

    private static String have(List<List<Integer>> layers) {
        return layers.size() == 1 ? "has" : "have";
    }

    /** {@code layers 0, 2-5}. */
    private static String numbers(List<List<Integer>> layers) {
        if (layers.get(0).size() > 1) {
            List<String> dotted = new ArrayList<>();
            for (List<Integer> layer : layers.subList(0, Math.min(SHOWN, layers.size()))) {
                dotted.add(dotted(layer));
            }
            return (layers.size() == 1 ? "layer " : "layers ")
                    + String.join(", ", dotted)
                    + (layers.size() > SHOWN ? ", …" : "");
        }
        List<long[]> ranges = new ArrayList<>();
        for (List<Integer> layer : layers) {
            long number = layer.get(0);
            if (!ranges.isEmpty() && ranges.get(ranges.size() - 1)[1] == number - 1) {
                ranges.get(ranges.size() - 1)[1] = number;
            } else {
                ranges.add(new long[] {number, number});
            }
        }
        return (layers.size() == 1 ? "layer " : "layers ") + ranges(ranges);
    }

    /** A layer's numbers as in its path. */
    static String dotted(List<Integer> layer) {
        return String.join(".", layer.stream().map(String::valueOf).toList());
    }

    private static String instead(LayerStack stack, List<List<Integer>> layers) {
        Set<String> others = new LinkedHashSet<>();
        for (List<Integer> number : layers) {
            LayerStack.Layer layer = stack.layers().get(number);
            if (layer != null) {
                layer.others().stream().limit(SHOWN).forEach(other -> others.add(other.path()));
            }
            if (others.size() >= SHOWN) {
                break;
            }
        }
        return others.isEmpty()
                ? ""
                : "; in place of it "
                        + String.join(", ", others.stream().limit(SHOWN).toList())
                        + (others.size() > SHOWN ? ", …" : "");
    }
}
