package org.lowrank.analyzer.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.lowrank.weights.tensor.Tensor;

/** How the tensors of a stack are to be read as matrices, and whether their shapes fit together as the roles say. */
final class StackShapes {
    private final LayerStack stack;
    private final Architecture architecture;
    private final boolean latent;
    private final long width;
    private final Optional<Boolean> expertsInOut;

    private StackShapes(LayerStack stack) {
        this.stack = stack;
        this.architecture = stack.architecture();
        this.latent = architecture.split() == FusedSplit.MLA;
        this.width = width();
        this.expertsInOut = expertsInOut();
    }

    static StackShapes of(LayerStack stack) {
        return new StackShapes(stack);
    }

    /**
     * The shape of a role's matrix.
     *
     * @param experts length of the leading axis over experts, 1 where there is none
     * @param out output dimension
     * @param in input dimension
     * @param inOut stored with the inputs as rows
     */
    record Shape(long experts, long out, long in, boolean inOut) {}

    /** Reads a shape, leaving out axes of length 1; empty if it is no matrix of that role. */
    Optional<Shape> shape(LayerStack.Placed placed) {
        Role role = placed.role();
        List<Long> sizes = sizes(placed.tensor(), role);
        int wanted = role.expertAxis() ? 3 : 2;
        if (sizes.size() != wanted || sizes.contains(0L)) {
            return Optional.empty();
        }
        long rows = sizes.get(wanted - 2);
        long cols = sizes.get(wanted - 1);
        boolean inOut = switch (placed.tensor().orientation()) {
            case IN_OUT -> true;
            case OUT_IN -> false;
            case UNKNOWN ->
                role.expertAxis()
                        ? told(role, rows, cols).or(() -> expertsInOut).orElse(architecture.inOut() || role.inOut())
                        : architecture.inOut() || role.inOut();
        };
        return Optional.of(
                new Shape(role.expertAxis() ? sizes.get(0) : 1, inOut ? cols : rows, inOut ? rows : cols, inOut));
    }

    private static List<Long> sizes(Tensor tensor, Role role) {
        List<Long> sizes = tensor.shape();
        int wanted = role.expertAxis() ? 3 : 2;
        if (sizes.size() > wanted) {
            List<Long> squeezed = sizes.stream().filter(size -> size != 1).toList();
            return squeezed.size() == wanted ? squeezed : sizes;
        }
        return sizes;
    }

    /** Whether experts are stored [in, out], where one axis alone has the model's width. */
    private Optional<Boolean> told(Role role, long rows, long cols) {
        if (width == 0 || (rows == width) == (cols == width)) {
            return Optional.empty();
        }
        boolean readsRows = rows == width;
        return Optional.of(writes(role) != readsRows);
    }

    /** The first of the experts' tensors that tells, for those that are square. */
    private Optional<Boolean> expertsInOut() {
        for (LayerStack.Layer layer : stack.layers().values()) {
            for (LayerStack.Placed placed : layer.placed()) {
                List<Long> sizes = sizes(placed.tensor(), placed.role());
                if (placed.role().expertAxis() && sizes.size() == 3) {
                    Optional<Boolean> told = told(placed.role(), sizes.get(1), sizes.get(2));
                    if (told.isPresent()) {
                        return told;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The model's width, by the first matrix that has no axis over experts; 0 where there is none. */
    private long width() {
        for (LayerStack.Layer layer : stack.layers().values()) {
            for (LayerStack.Placed placed : layer.placed()) {
                if (!placed.role().expertAxis() && touchesWidth(placed.role())) {
                    Optional<Shape> shape = shape(placed);
                    if (shape.isPresent()) {
                        return writes(placed.role())
                                ? shape.get().out()
                                : shape.get().in();
                    }
                }
            }
        }
        return 0;
    }

    private static boolean writes(Role role) {
        return role.kind() == Role.Kind.O || role.kind() == Role.Kind.M2;
    }

    /** Whether it reads the layer's input or writes its output: not what attention reads from elsewhere. */
    private boolean touchesWidth(Role role) {
        boolean crossInput = role.cross() && !writes(role) && role.kind() != Role.Kind.Q;
        boolean compressed = latent && (role.kind() == Role.Kind.Q || role.kind() == Role.Kind.KV);
        return !crossInput && !compressed;
    }

    /**
     * The first contradiction, or empty. Every matrix that reads the layer's input (Q, K, V, M1, GATE) has the model
     * dimension as its input, every one that writes its output (O, M2) as its output; M1 writes what M2 reads.
     *
     * @param declared the architecture is not a guess: also Q writes what O reads, where that is so
     */
    Optional<String> contradiction(boolean declared) {
        for (LayerStack.Layer layer : stack.layers().values()) {
            Optional<String> found = contradiction(layer.placed());
            if (found.isEmpty() && declared && !latent) {
                found = inner(layer.placed());
            }
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<String> contradiction(List<LayerStack.Placed> layer) {
        long common = 0;
        String commonOf = "";
        for (LayerStack.Placed placed : layer) {
            Optional<Shape> found = shape(placed);
            if (found.isEmpty()) {
                return Optional.of(name(placed) + " has shape " + shape(placed.tensor()) + ", which is no matrix");
            }
            if (touchesWidth(placed.role())) {
                boolean writes = writes(placed.role());
                long own = writes ? found.get().out() : found.get().in();
                if (common != 0 && own != common) {
                    return Optional.of(name(placed) + " has shape " + shape(placed.tensor()) + " and so "
                            + (writes ? "output" : "input") + " dimension " + own + ", but " + commonOf + " has "
                            + common);
                }
                common = own;
                commonOf = name(placed);
            }
        }
        return Optional.empty();
    }

    /** What M2 and O read must be written by M1 and, where values have the size of queries, by Q. */
    private Optional<String> inner(List<LayerStack.Placed> layer) {
        Map<String, Long> hidden = new LinkedHashMap<>();
        long heads = 0;
        long keys = 0;
        long values = 0;
        for (LayerStack.Placed placed : layer) {
            long in = shape(placed).map(Shape::in).orElse(0L);
            long out = shape(placed).map(Shape::out).orElse(0L);
            switch (placed.role().kind()) {
                case M2 -> hidden.put(LayerParts.owner(placed), in);
                case O -> heads = placed.role().cross() ? heads : in;
                case K -> keys = placed.role().cross() ? keys : out;
                case V -> values = placed.role().cross() ? values : out;
                default -> {}
            }
        }
        for (LayerStack.Placed placed : layer) {
            Role role = placed.role();
            long out = shape(placed).map(Shape::out).orElse(0L);
            boolean gated = role.gated() && out == 2 * heads;
            boolean query = role.kind() == Role.Kind.Q
                    && !role.cross()
                    && heads != 0
                    && out != heads
                    && !gated
                    && (values == 0 || out * values != heads * keys); // values may be narrower than keys
            long read = hidden.getOrDefault(LayerParts.owner(placed), 0L);
            boolean up = (role.kind() == Role.Kind.M1 || role.kind() == Role.Kind.GATE)
                    && read != 0
                    && out != read
                    && out != 2 * read;
            if (query || up) {
                return Optional.of(name(placed) + " has shape " + shape(placed.tensor()) + " and so output dimension "
                        + out + ", but " + (query ? "O reads " + heads : "M2 reads " + read));
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
