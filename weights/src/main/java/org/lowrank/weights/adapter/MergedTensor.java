package org.lowrank.weights.adapter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/**
 * W + s·B·A, a weight with an adapter merged into it, formed in double where it is asked for and never stored. With DoRA's
 * magnitude m each output's row is scaled to the norm m_i (Liu et al. 2024).
 *
 * @param weight W, of two dimensions, or of three with experts along the first
 * @param products one, or one per expert, each laid out as W is
 * @param magnitude m and which axis of W is the output's
 */
public record MergedTensor(Tensor weight, List<Product> products, Optional<Magnitude> magnitude) implements Tensor {
    public MergedTensor {
        products = List.copyOf(products);
    }

    /**
     * DoRA's magnitude.
     *
     * @param norms one per output
     * @param inOut whether W's columns, not its rows, are outputs
     */
    public record Magnitude(Tensor norms, boolean inOut) {}

    @Override
    public String name() {
        return weight.name();
    }

    @Override
    public DType dtype() {
        return weight.dtype();
    }

    @Override
    public List<Long> shape() {
        return weight.shape();
    }

    @Override
    public String file() {
        return weight.file();
    }

    @Override
    public long storedBytes() {
        return sources().stream().mapToLong(Tensor::storedBytes).sum();
    }

    @Override
    public Orientation orientation() {
        return weight.orientation();
    }

    @Override
    public List<Tensor> sources() {
        List<Tensor> sources = new ArrayList<>(List.of(weight));
        products.forEach(product -> product.tensors().stream()
                .filter(tensor -> !sources.contains(tensor))
                .forEach(sources::add));
        magnitude.ifPresent(own -> sources.add(own.norms()));
        return sources;
    }

    @Override
    public Values open() throws IOException {
        return new Opened();
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

    /** The weight and the factors, open. */
    private final class Opened implements Values {
        private final Values stored;
        private final FactorValues factors;
        private final List<FormedRows> formed = new ArrayList<>();
        private final List<LowRankRows> terms = new ArrayList<>();
        private final long perExpert;
        private final long cols;
        private double @Nullable [] rescaling;

        Opened() throws IOException {
            this.cols = weight.shape().get(weight.shape().size() - 1);
            this.perExpert = weight.shape().get(weight.shape().size() - 2) * cols;
            this.stored = weight.open();
            try {
                List<Tensor> sources = new ArrayList<>();
                products.forEach(product -> sources.addAll(product.tensors()));
                this.factors = new FactorValues(sources.stream().distinct().toList());
                for (Product product : products) {
                    terms.add(new LowRankRows(product, factors));
                }
            } catch (IOException | RuntimeException | Error e) {
                stored.close();
                throw e;
            }
        }

        @Override
        public synchronized List<StridedBlock> matrix(View view) throws IOException {
            if (magnitude.isPresent() && rescaling == null) {
                rescaling = rescaling(magnitude.get());
            }
            return form(view, this::merged);
        }

        private List<StridedBlock> form(View view, FormedRows.Source source) throws IOException {
            FormedRows rows = new FormedRows(shape());
            formed.add(rows);
            return rows.form(view, source);
        }

        private void merged(long element, double[] run, int count) throws IOException {
            sum(element, run, count);
            double[] factors = rescaling;
            if (factors != null && magnitude.isPresent()) {
                boolean inOut = magnitude.get().inOut();
                for (int j = 0; j < count; j++) {
                    run[j] *= factors[(int) (inOut ? element % cols + j : element / cols)];
                }
            }
        }

        /** W + s·B·A. */
        private void sum(long element, double[] run, int count) throws IOException {
            StridedBlock block =
                    stored.matrix(new View(element, 1, count, count, 1)).get(0);
            for (int j = 0; j < count; j++) {
                run[j] += block.get(0, j);
            }
            LowRankRows term = terms.get(Math.toIntExact(element / perExpert));
            long inside = element % perExpert;
            term.add(inside / cols, inside % cols, count, run);
        }

        /** m_i over the norm of row i of W + s·B·A. */
        private double[] rescaling(Magnitude own) throws IOException {
            int rows = Math.toIntExact(perExpert / cols);
            int outputs = own.inOut() ? (int) cols : rows;
            double[] squares = new double[outputs];
            double[] run = new double[(int) cols];
            for (int i = 0; i < rows; i++) {
                java.util.Arrays.fill(run, 0);
                sum(i * cols, run, run.length);
                for (int j = 0; j < run.length; j++) {
                    squares[own.inOut() ? j : i] += run[j] * run[j];
                }
            }
            double[] norms = norms(own.norms(), outputs);
            for (int i = 0; i < outputs; i++) {
                if (squares[i] == 0) {
                    throw new MalformedWeightsException("zero row: " + name() + " in " + file() + ": output " + i
                            + " of the merged weight is zero, which DoRA cannot rescale; the adapter belongs to another"
                            + " model");
                }
                norms[i] /= Math.sqrt(squares[i]);
            }
            return norms;
        }

        private double[] norms(Tensor tensor, int outputs) throws IOException {
            double[] norms = new double[outputs];
            try (Values values = tensor.open()) {
                StridedBlock block = values.matrix(View.contiguous(1, outputs)).get(0);
                for (int i = 0; i < outputs; i++) {
                    norms[i] = block.get(0, i);
                }
            }
            return norms;
        }

        @Override
        public synchronized void close() {
            stored.close();
            factors.close();
            formed.forEach(FormedRows::close);
            formed.clear();
        }
    }
}
