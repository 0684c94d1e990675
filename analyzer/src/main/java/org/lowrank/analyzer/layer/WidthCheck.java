package org.lowrank.analyzer.layer;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * Whether matrices have the rows config.json says: Q heads × head size, K and V key-value heads × head size, M1 and GATE
 * the feed-forward width. A mistaken split, a query with its gate in one matrix and a slice of a tensor-parallel part have
 * plausible shapes, and only this tells them from a whole matrix.
 */
final class WidthCheck {
    private static final int MOST_PARTS = 64;

    private final Architecture architecture;
    private final StackConfig config;
    private final ConfigWidths widths;
    private final boolean declared;
    private final List<String> warnings;
    private boolean said;

    /**
     * For one stack.
     *
     * @param declared whether its {@code model_type} is: an inferred one may mean something else by its feed-forward width
     */
    WidthCheck(Architecture architecture, StackConfig config, boolean declared, List<String> warnings) {
        this.architecture = architecture;
        this.config = config;
        this.widths = config.widths();
        this.declared = declared;
        this.warnings = warnings;
    }

    /** Refuses matrices of another width, where config.json tells it. */
    void check(List<LayerMatrix> layer) throws MalformedWeightsException {
        for (LayerMatrix matrix : layer) {
            MatrixId id = matrix.id();
            switch (id.kind()) {
                case Q, K, V -> {
                    if (!id.cross()) {
                        attention(matrix);
                    }
                }
                case M1, GATE -> feedForward(matrix);
                default -> {}
            }
        }
    }

    private void attention(LayerMatrix matrix) throws MalformedWeightsException {
        boolean query = matrix.id().kind() == MatrixKind.Q;
        Set<Long> possible;
        if (architecture.split() == FusedSplit.MLA) {
            possible = latent(matrix.id().kind());
        } else if (widths.areOf(matrix.cols())) {
            possible = query ? widths.query() : widths.keyValue();
        } else {
            sayUnknown(matrix);
            return;
        }
        if (!possible.isEmpty() && !possible.contains(matrix.rows())) {
            String counts = (query || architecture.split() == FusedSplit.MLA
                            ? text(widths.heads()) + " heads"
                            : text(widths.keyValueHeads()) + " key-value heads")
                    + (widths.head().isEmpty() ? "" : " of " + text(widths.head()));
            throw wrong(matrix, possible, counts);
        }
    }

    private void sayUnknown(LayerMatrix matrix) {
        if (!said
                && widths.model().contains(matrix.cols())
                && widths.head().isEmpty()
                && !widths.heads().isEmpty()) {
            said = true;
            warnings.add("the heads in config.json (" + text(widths.heads()) + ") do not divide its width "
                    + matrix.cols() + ": the rows of Q, K and V are not checked against it");
        }
    }

    private Set<Long> latent(MatrixKind kind) {
        long heads = config.heads();
        long nope = config.number("qk_nope_head_dim", 0);
        long rows = heads
                * switch (kind) {
                    case Q -> nope + config.number("qk_rope_head_dim", 0);
                    case K -> nope;
                    default -> config.number("v_head_dim", 0);
                };
        return heads > 0 && heads < Integer.MAX_VALUE && nope > 0 && nope < Integer.MAX_VALUE && rows > 0
                ? Set.of(rows)
                : Set.of();
    }

    private void feedForward(LayerMatrix matrix) throws MalformedWeightsException {
        if (widths.feedForward().isEmpty()
                || !widths.model().contains(matrix.cols())
                || architecture.has(Architecture.Trait.FREE_FEED_FORWARD)) {
            return;
        }
        boolean half = architecture.has(Architecture.Trait.HALF_FEED_FORWARD);
        boolean shared = matrix.id().member().equals(MatrixId.Member.SHARED);
        for (long width : widths.feedForward()) {
            long rows = half ? width / 2 : width;
            if (matrix.rows() == rows || (shared && rows > 0 && matrix.rows() % rows == 0)) { // several shared experts
                return;
            }
        }
        if (declared) {
            throw wrong(matrix, widths.feedForward(), "feed-forward width " + text(widths.feedForward()));
        }
        if (!said) {
            said = true;
            warnings.add(matrix.id() + " has " + matrix.rows() + " rows, config.json says feed-forward width "
                    + text(widths.feedForward()));
        }
    }

    private MalformedWeightsException wrong(LayerMatrix matrix, Set<Long> possible, String says) {
        var tensor = matrix.parts().get(0).tensor();
        for (int parts = 2; parts <= MOST_PARTS; parts *= 2) {
            if (possible.contains(matrix.rows() * parts)) {
                return new MalformedWeightsException(
                        Flaw.UNKNOWN,
                        "tensor-parallel parts: " + tensor.file() + ": " + tensor.name()
                                + " gives " + matrix.id().kind() + " " + matrix.rows() + " rows, one of " + parts
                                + " slices of the " + matrix.rows() * parts + " that config.json says (" + says
                                + "); merge the parts into one checkpoint, or mend config.json if it is not this model's");
            }
        }
        return new MalformedWeightsException("wrong width: " + tensor.file() + ": " + tensor.name() + " gives "
                + matrix.id().kind() + " " + matrix.rows() + " rows, but config.json says " + text(possible) + " ("
                + says + "); mend config.json if it is not this model's, or measure by name with --matrices all");
    }

    private static String text(Set<Long> values) {
        return new TreeSet<>(values).stream().map(String::valueOf).collect(Collectors.joining(" or "));
    }
}
