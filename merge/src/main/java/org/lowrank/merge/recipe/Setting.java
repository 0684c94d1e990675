package org.lowrank.merge.recipe;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** A number of a recipe that may depend on the tensor, as mergekit's parameters do. */
public sealed interface Setting {
    /** The number for a tensor; empty where no case fits. */
    OptionalDouble at(TensorPlace place);

    /** One number for all. */
    record Constant(double value) implements Setting {
        @Override
        public OptionalDouble at(TensorPlace place) {
            return OptionalDouble.of(value);
        }
    }

    /** Numbers from the first layer to the last, interpolated linearly. */
    record Gradient(List<Double> values) implements Setting {
        public Gradient {
            values = List.copyOf(values);
        }

        @Override
        public OptionalDouble at(TensorPlace place) {
            double scaled = place.depth() * (values.size() - 1);
            int before = (int) scaled;
            int after = Math.min(values.size() - 1, before + 1);
            double share = scaled - before;
            return OptionalDouble.of((1 - share) * values.get(before) + share * values.get(after));
        }
    }

    /** The first case that fits. */
    record Cases(List<Case> cases) implements Setting {
        public Cases {
            cases = List.copyOf(cases);
        }

        @Override
        public OptionalDouble at(TensorPlace place) {
            return cases.stream()
                    .filter(one -> one.fits(place))
                    .findFirst()
                    .map(one -> one.value().at(place))
                    .orElse(OptionalDouble.empty());
        }
    }

    /**
     * One case. All conditions must hold.
     *
     * @param filter text in the tensor's name; empty or {@code *}: any (mergekit's)
     * @param matrices every layer matrix that the tensor holds is one of these; empty: any tensor (lowrank's)
     * @param layers from, to, both included; empty: any (lowrank's)
     */
    record Case(Setting value, Optional<String> filter, Set<String> matrices, List<Integer> layers) {
        boolean fits(TensorPlace place) {
            boolean named =
                    filter.isEmpty() || filter.get().equals("*") || place.name().contains(filter.get());
            boolean kind =
                    matrices.isEmpty() || (!place.matrices().isEmpty() && matrices.containsAll(place.matrices()));
            boolean depth = layers.isEmpty() || (place.layer() >= layers.get(0) && place.layer() <= layers.get(1));
            return named && kind && depth;
        }
    }
}
