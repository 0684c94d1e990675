package org.lowrank.weights.adapter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/**
 * s·B·A as a tensor [out, in], or [experts, out, in]: known by its factors where it is measured, formed in double where it is
 * asked for as a matrix.
 *
 * @param name the weight it belongs to
 * @param products one, or one per expert, of one shape
 * @param experts whether the first axis runs over experts
 */
public record ProductTensor(String name, List<Product> products, boolean experts) implements Tensor {
    public ProductTensor {
        products = List.copyOf(products);
        Product first = products.get(0);
        for (Product product : products) {
            if (product.rows() != first.rows() || product.cols() != first.cols()) {
                throw new IllegalArgumentException("products of different shapes in " + name);
            }
        }
    }

    /** A single product. */
    public static ProductTensor of(String name, Product product) {
        return new ProductTensor(name, List.of(product), false);
    }

    /** That of both factors; OTHER where they differ, see {@link #sources}. */
    @Override
    public DType dtype() {
        List<DType> types = sources().stream().map(Tensor::dtype).distinct().toList();
        return types.size() == 1 ? types.get(0) : DType.OTHER;
    }

    @Override
    public List<Long> shape() {
        Product first = products.get(0);
        return experts
                ? List.of((long) products.size(), first.rows(), first.cols())
                : List.of(first.rows(), first.cols());
    }

    @Override
    public String file() {
        return products.get(0).b().tensor().file();
    }

    @Override
    public long storedBytes() {
        return sources().stream().mapToLong(Tensor::storedBytes).sum();
    }

    @Override
    public Orientation orientation() {
        return Orientation.OUT_IN;
    }

    @Override
    public List<Tensor> sources() {
        Set<Tensor> sources = new LinkedHashSet<>();
        products.forEach(product -> sources.addAll(product.tensors()));
        return List.copyOf(sources);
    }

    @Override
    public Opened open() throws IOException {
        return new Opened(this);
    }

    // A tensor is a place in a file, not its description.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    /** Whether a view is whole rows of one of the products, and so a product itself. */
    public boolean isProduct(View view) {
        return product(view).isPresent();
    }

    /** The whole rows that a view is, as a product; empty for views that are not. */
    private Optional<Product> product(View view) {
        Product first = products.get(0);
        long cols = first.cols();
        long row = view.offset() / cols;
        boolean wholeRows = view.colStride() == 1
                && view.cols() == cols
                && view.offset() % cols == 0
                && (view.rowStride() == cols || view.rows() == 1);
        int expert = Math.toIntExact(row / first.rows());
        long from = row % first.rows();
        if (!wholeRows || expert >= products.size() || from + view.rows() > first.rows()) {
            return Optional.empty();
        }
        Product whole = products.get(expert);
        return Optional.of(new Product(whole.scale(), whole.b().rows(from, view.rows()), whole.a()));
    }

    /**
     * A product whose factors are in memory.
     *
     * @param scale s
     * @param b blocks of B below one another, as stored
     * @param bTransposed B is stored turned
     * @param a blocks of A
     * @param aTransposed A is stored turned
     */
    public record InMemory(
            double scale, List<StridedBlock> b, boolean bTransposed, List<StridedBlock> a, boolean aTransposed) {}

    /** The factors, open. */
    public static final class Opened implements Values {
        private final ProductTensor tensor;
        private final FactorValues factors;
        private final List<FormedRows> formed = new ArrayList<>();

        private Opened(ProductTensor tensor) throws IOException {
            this.tensor = tensor;
            this.factors = new FactorValues(tensor.sources());
        }

        /** The view by its factors, which are valid until this is closed; empty where it is not whole rows of one product. */
        public Optional<InMemory> product(View view) throws IOException {
            Optional<Product> found = tensor.product(view);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            Product product = found.get();
            return Optional.of(new InMemory(
                    product.scale(),
                    factors.blocks(product.b()),
                    product.b().transposed(),
                    factors.blocks(product.a()),
                    product.a().transposed()));
        }

        @Override
        public synchronized List<StridedBlock> matrix(View view) throws IOException {
            FormedRows rows = new FormedRows(tensor.shape());
            formed.add(rows);
            List<LowRankRows> terms = new ArrayList<>();
            for (Product product : tensor.products()) {
                terms.add(new LowRankRows(product, factors));
            }
            long cols = tensor.products().get(0).cols();
            long perExpert = Math.multiplyExact(tensor.products().get(0).rows(), cols);
            return rows.form(view, (element, run, count) -> {
                LowRankRows term = terms.get(Math.toIntExact(element / perExpert));
                long inside = element % perExpert;
                term.add(inside / cols, inside % cols, count, run);
            });
        }

        @Override
        public synchronized void close() {
            factors.close();
            formed.forEach(FormedRows::close);
            formed.clear();
        }
    }
}
