package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.adapter.Factor;
import org.lowrank.weights.adapter.Product;
import org.lowrank.weights.adapter.ProductTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * What single attention heads do, as products of factors that share the head's dimension (Elhage et al. 2021): the query-key form
 * W_Qᵀ W_K, of model dimension squared, and the output-value form W_O W_V. Head h of H reads the keys and values of group
 * ⌊h·G/H⌋ of G.
 */
final class HeadForms {
    private static final int HEADS = 1 << 14;

    private final LayerMatrix q;
    private final LayerMatrix k;
    private final LayerMatrix v;
    private final LayerMatrix o;
    private final long heads;
    private final long groups;

    private HeadForms(LayerMatrix q, LayerMatrix k, LayerMatrix v, LayerMatrix o, long heads, long groups) {
        this.q = q;
        this.k = k;
        this.v = v;
        this.o = o;
        this.heads = heads;
        this.groups = groups;
    }

    /**
     * The forms of every head of one attention; none where the matrices do not divide into heads, as in latent attention, whose
     * queries and keys read different inputs.
     *
     * @param heads H, 0 where the settings do not tell
     * @param groups G, the key-value heads
     */
    static List<LayerMatrix> of(
            @Nullable LayerMatrix q,
            @Nullable LayerMatrix k,
            @Nullable LayerMatrix v,
            @Nullable LayerMatrix o,
            long heads,
            long groups) {
        if (q == null || k == null || v == null || o == null || heads < 1 || groups < 1 || heads > HEADS) {
            return List.of();
        }
        boolean divides = heads % groups == 0
                && q.rows() % heads == 0
                && k.rows() % groups == 0
                && v.rows() % groups == 0
                && q.rows() / heads == k.rows() / groups
                && o.cols() == v.rows() / groups * heads;
        boolean sameInput = q.id().cross() || q.cols() == k.cols();
        return divides && sameInput ? new HeadForms(q, k, v, o, heads, groups).all() : List.of();
    }

    private List<LayerMatrix> all() {
        long size = q.rows() / heads;
        long valueSize = v.rows() / groups;
        List<Product> queryKey = new ArrayList<>();
        List<Product> outputValue = new ArrayList<>();
        for (long head = 0; head < heads; head++) {
            long group = head * groups / heads;
            Optional<Factor> query = rows(q, head * size, size);
            Optional<Factor> key = rows(k, group * size, size);
            Optional<Factor> value = rows(v, group * valueSize, valueSize);
            Optional<Factor> output = columns(o, head * valueSize, valueSize);
            if (query.isEmpty() || key.isEmpty() || value.isEmpty() || output.isEmpty()) {
                return List.of();
            }
            queryKey.add(new Product(1, query.get().turned(), key.get()));
            outputValue.add(new Product(1, output.get(), value.get()));
        }
        List<LayerMatrix> forms = new ArrayList<>();
        forms.addAll(matrices(MatrixKind.QK, queryKey));
        forms.addAll(matrices(MatrixKind.OV, outputValue));
        return forms;
    }

    private List<LayerMatrix> matrices(MatrixKind kind, List<Product> products) {
        String name = kind + " of "
                + products.get(0).tensors().stream().map(Tensor::name).collect(Collectors.joining(" and "));
        ProductTensor tensor = new ProductTensor(name, products, true);
        long rows = products.get(0).rows();
        long cols = products.get(0).cols();
        List<LayerMatrix> matrices = new ArrayList<>();
        for (int head = 0; head < products.size(); head++) {
            MatrixId.Member member = MatrixId.Member.head(head);
            MatrixId id = new MatrixId(q.stack(), q.layer(), kind, q.id().cross(), member, "");
            Tensor.View view = new Tensor.View(Math.multiplyExact(head * rows, cols), rows, cols, cols, 1);
            matrices.add(new LayerMatrix(id, rows, cols, List.of(new LayerMatrix.Part(tensor, List.of(view), false))));
        }
        return matrices;
    }

    /** Rows [first, first + count) of a matrix whose views lie below one another; empty where they are in several of them. */
    private static Optional<Factor> rows(LayerMatrix matrix, long first, long count) {
        if (matrix.parts().size() != 1) {
            return Optional.empty();
        }
        LayerMatrix.Part part = matrix.parts().get(0);
        long start = 0;
        for (Tensor.View view : part.views()) {
            Factor whole = new Factor(part.tensor(), view, part.transposed());
            if (first >= start && first + count <= start + whole.rows()) {
                return Optional.of(whole.rows(first - start, count));
            }
            start += whole.rows();
        }
        return Optional.empty();
    }

    private static Optional<Factor> columns(LayerMatrix matrix, long first, long count) {
        if (matrix.parts().size() != 1 || matrix.parts().get(0).views().size() != 1) {
            return Optional.empty();
        }
        LayerMatrix.Part part = matrix.parts().get(0);
        return Optional.of(new Factor(part.tensor(), part.views().get(0), part.transposed())
                .turned()
                .rows(first, count)
                .turned());
    }
}
