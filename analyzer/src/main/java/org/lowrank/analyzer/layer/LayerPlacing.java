package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.lowrank.weights.tensor.Tensor;

/** Which tensors lie in which stack of layers. */
final class LayerPlacing {
    private LayerPlacing() {}

    /** Every stack that a declaration finds, complete or not. */
    static List<LayerStack> stacks(
            List<Architecture> architectures, List<Tensor> tensors, Map<Tensor, PathSegments> paths, Set<String> all) {
        List<LayerStack> stacks = new ArrayList<>();
        for (Architecture architecture : architectures) {
            Map<String, LayerStack> byPrefix = new LinkedHashMap<>();
            for (Tensor tensor : tensors) {
                Architecture.Place place = architecture.place(path(tensor, paths), all);
                if (place != null && place.role() != null) {
                    byPrefix.computeIfAbsent(place.prefix(), prefix -> new LayerStack(architecture, prefix))
                            .add(tensor, place);
                }
            }
            stacks.addAll(byPrefix.values());
        }
        return stacks;
    }

    /** Layers of declarations that have no roles. */
    static List<LayerStack> withoutRoles(
            List<Architecture> architectures, List<Tensor> tensors, Map<Tensor, PathSegments> paths, Set<String> all) {
        List<LayerStack> stacks = new ArrayList<>();
        for (Architecture architecture : architectures) {
            Map<String, LayerStack> byPrefix = new LinkedHashMap<>();
            for (Tensor tensor : tensors) {
                Architecture.Place place = architecture.place(path(tensor, paths), all);
                if (place != null) {
                    byPrefix.computeIfAbsent(place.prefix(), prefix -> new LayerStack(architecture, prefix));
                }
            }
            stacks.addAll(byPrefix.values());
        }
        return stacks;
    }

    /** Every complete stack of any declaration whose shapes fit. */
    static List<LayerStack> fitting(List<Tensor> tensors, Map<Tensor, PathSegments> paths, Set<String> all) {
        return stacks(ArchitectureCatalog.all(), tensors, paths, all).stream()
                .filter(stack -> stack.isComplete()
                        && StackShapes.of(stack).contradiction(false).isEmpty())
                .toList();
    }

    /** The stacks that explain most, complete ones first, each tensor in one of them. */
    static List<LayerStack> chosen(List<LayerStack> stacks) {
        List<LayerStack> sorted = new ArrayList<>(stacks);
        sorted.sort(Comparator.comparing(LayerStack::isComplete)
                .thenComparing(LayerStack::size)
                .reversed());
        List<LayerStack> chosen = new ArrayList<>();
        Set<Tensor> taken = new HashSet<>();
        for (LayerStack stack : sorted) {
            List<Tensor> tensors =
                    stack.placed().stream().map(LayerStack.Placed::tensor).toList();
            if (tensors.stream().noneMatch(taken::contains)) {
                taken.addAll(tensors);
                chosen.add(stack);
            }
        }
        return chosen;
    }

    /** The same stacks, with the matrices in their layers that have no role. */
    static List<LayerStack> complete(
            List<LayerStack> stacks, List<Tensor> tensors, Map<Tensor, PathSegments> paths, Set<String> all) {
        Map<Architecture, Map<String, LayerStack>> known = new HashMap<>();
        stacks.forEach(stack -> known.computeIfAbsent(stack.architecture(), a -> new HashMap<>())
                .put(stack.prefix(), stack));
        known.forEach((architecture, byPrefix) -> {
            for (Tensor tensor : tensors) {
                Architecture.Place place = architecture.place(path(tensor, paths), all);
                if (place != null && place.role() == null) {
                    LayerStack stack = byPrefix.get(place.prefix());
                    if (stack != null) {
                        stack.add(tensor, place);
                    }
                }
            }
        });
        return stacks;
    }

    private static PathSegments path(Tensor tensor, Map<Tensor, PathSegments> paths) {
        return Objects.requireNonNull(paths.get(tensor));
    }
}
