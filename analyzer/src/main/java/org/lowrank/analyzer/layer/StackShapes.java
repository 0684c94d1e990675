package org.lowrank.analyzer.layer;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.lowrank.weights.tensor.Tensor;

/** Whether the shapes of a stack's tensors fit together as the roles say. */
final class StackShapes {
    private StackShapes() {}

    /**
     * The shape of a role's matrix.
     *
     * @param experts length of the leading axis over experts, 1 where there is none
     * @param out output dimension
     * @param in input dimension
     * @param inOut stored with the inputs as rows
     */
    record Shape(long experts, long out, long in, boolean inOut) {
        /** Reads a shape, leaving out axes of length 1; empty if it is no matrix of that role. */
        static Optional<Shape> of(Tensor tensor, Role role, Architecture architecture) {
            List<Long> sizes = tensor.shape();
            int wanted = role.expertAxis() ? 3 : 2;
            if (sizes.size() > wanted) {
                List<Long> squeezed = sizes.stream().filter(size -> size != 1).toList();
                sizes = squeezed.size() == wanted ? squeezed : sizes;
            }
            if (sizes.size() != wanted || sizes.contains(0L)) {
                return Optional.empty();
            }
            boolean inOut = switch (tensor.orientation()) {
                case IN_OUT -> true;
                case OUT_IN -> false;
                case UNKNOWN -> architecture.inOut() || role.inOut();
            };
            long rows = sizes.get(wanted - 2);
            long cols = sizes.get(wanted - 1);
            return Optional.of(
                    new Shape(role.expertAxis() ? sizes.get(0) : 1, inOut ? cols : rows, inOut ? rows : cols, inOut));
        }
    }

    /**
     * The first contradiction, or empty. Every matrix that reads the layer's input (Q, K, V, M1, GATE) has the model
     * dimension as its input, every one that writes its output (O, M2) as its output.
     *
     * @param strict also that O reads what the heads of V or Q write
     */
    static Optional<String> contradiction(LayerStack stack, boolean strict) {
        for (List<LayerStack.Placed> layer : stack.layers().values()) {
            Optional<String> found = contradiction(layer, stack.architecture(), strict);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> contradiction(
            List<LayerStack.Placed> layer, Architecture architecture, boolean strict) {
        long width = 0;
        String widthOf = "";
        long hidden = 0;
        long heads = 0;
        boolean latent = architecture.split() == FusedSplit.MLA;
        for (LayerStack.Placed placed : layer) {
            Role role = placed.place().role();
            Optional<Shape> found = Shape.of(placed.tensor(), role, architecture);
            if (found.isEmpty()) {
                return Optional.of(name(placed) + " has shape " + shape(placed.tensor()) + ", which is no matrix");
            }
            Shape shape = found.get();
            boolean writes = role.kind() == Role.Kind.O || role.kind() == Role.Kind.M2;
            boolean elsewhere = (role.cross() && !writes && role.kind() != Role.Kind.Q)
                    || (latent && (role.kind() == Role.Kind.Q || role.kind() == Role.Kind.KV));
            if (!elsewhere) {
                long own = writes ? shape.out() : shape.in();
                if (width != 0 && own != width) {
                    return Optional.of(name(placed) + " has shape " + shape(placed.tensor()) + " and so "
                            + (writes ? "output" : "input") + " dimension " + own + ", but " + widthOf + " has "
                            + width);
                }
                width = own;
                widthOf = name(placed);
            }
            if (role.kind() == Role.Kind.M2) {
                hidden = shape.in();
            }
            if (role.kind() == Role.Kind.O && !role.cross()) {
                heads = shape.in();
            }
        }
        return strict && !latent ? inner(layer, architecture, hidden, heads) : Optional.empty();
    }

    /** M1 writes what M2 reads, and Q what O reads. */
    private static Optional<String> inner(
            List<LayerStack.Placed> layer, Architecture architecture, long hidden, long heads) {
        for (LayerStack.Placed placed : layer) {
            Role role = placed.place().role();
            Optional<Shape> shape = Shape.of(placed.tensor(), role, architecture);
            long out = shape.isPresent() ? shape.get().out() : 0;
            boolean query = role.kind() == Role.Kind.Q && !role.cross() && heads != 0 && out != heads;
            boolean single = layer.stream()
                            .filter(other -> other.place().role().kind() == Role.Kind.M2)
                            .count()
                    == 1;
            boolean up = (role.kind() == Role.Kind.M1 || role.kind() == Role.Kind.GATE)
                    && single
                    && hidden != 0
                    && out != hidden
                    && out != 2 * hidden;
            if (query || up) {
                return Optional.of(name(placed) + " has shape " + shape(placed.tensor()) + " and so output dimension "
                        + out + ", but " + (query ? "O reads " + heads : "M2 reads " + hidden));
            }
        }
        return Optional.empty();
    }

    private static String name(LayerStack.Placed placed) {
        return placed.tensor().name();
    }

    static String shape(Tensor tensor) {
        return tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
