package org.lowrank.analyzer.extraction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.machine.tasks.Progress;
import org.lowrank.spectral.FactoredMatrix;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.weights.adapter.PeftWriter;
import org.lowrank.weights.adapter.Product;
import org.lowrank.weights.adapter.ProductTensor;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/**
 * An adapter of smaller rank: each product's leading triplets, from its factors alone. Its error is s·B·A − B'A', again a product
 * ([s·B, −B'] times [A; A']), so that its norms are exact too.
 */
public final class AdapterShrinker {
    private final ExtractionGoal goal;

    /** Prepares. */
    public AdapterShrinker(ExtractionGoal goal) {
        this.goal = goal;
    }

    /**
     * Shrinks every product.
     *
     * @param base what the adapter is for, in its own words
     * @param layers the adapter's
     * @throws MalformedWeightsException if none of its products is a module's, as PEFT writes them
     */
    public Extraction shrink(String base, boolean fanInFanOut, ModelLayers layers, PeftWriter writer, Progress progress)
            throws IOException {
        Set<ProductTensor> products = new LinkedHashSet<>();
        for (LayerMatrix matrix : layers.matrices()) {
            if (matrix.parts().get(0).tensor() instanceof ProductTensor product) {
                products.add(product);
            }
        }
        List<ExtractedMatrix> matrices = new ArrayList<>();
        List<Extraction.LeftOut> leftOut = new ArrayList<>();
        int done = 0;
        for (ProductTensor product : products) {
            String reason = unwritable(product);
            if (reason.isEmpty()) {
                matrices.add(shrink(product, writer));
            } else {
                leftOut.add(new Extraction.LeftOut(product.name(), reason));
            }
            progress.at(++done, products.size());
        }
        if (matrices.isEmpty()) {
            throw new MalformedWeightsException("nothing to shrink: none of " + products.size()
                    + " products is that of a linear module"
                    + (leftOut.isEmpty() ? "" : " (" + leftOut.get(0).reason() + ")")
                    + "; give a LoRA adapter of layers");
        }
        return new Extraction(goal, base, matrices, leftOut, fanInFanOut);
    }

    private static String unwritable(ProductTensor product) {
        Product only = product.products().get(0);
        if (product.experts()) {
            return "factors of several experts";
        }
        if (only.tensors().stream().anyMatch(tensor -> tensor.shape().size() != 2)) {
            return "a convolution's factors";
        }
        return only.tensors().stream().anyMatch(tensor -> tensor.name().contains("lora_embedding_"))
                ? "an embedding's factors"
                : "";
    }

    private ExtractedMatrix shrink(ProductTensor tensor, PeftWriter writer) throws IOException {
        Tensor.View whole = Tensor.View.contiguous(
                tensor.products().get(0).rows(), tensor.products().get(0).cols());
        try (ProductTensor.Opened opened = tensor.open()) {
            ProductTensor.InMemory product = opened.product(whole).orElseThrow();
            FactoredMatrix matrix = FactoredMatrix.of(
                    product.scale(),
                    stored(product.b()),
                    product.bTransposed(),
                    stored(product.a()),
                    product.aTransposed());
            SpectralMeasurement size = matrix.measure();
            FactoredMatrix.Triplets triplets = matrix.leading(matrix.innerDimension());
            double[] values = triplets.singularValues();
            if (values.length == 0) {
                return new ExtractedMatrix(
                        tensor.name(),
                        size.rows(),
                        size.cols(),
                        0,
                        0,
                        0,
                        ExtractedMatrix.Error.NONE,
                        "zero; not in the adapter");
            }
            int enough = goal.sufficient(values, 0, size.frobeniusNorm() * size.frobeniusNorm());
            int rank = Math.min(enough > 0 ? enough : values.length, goal.mostRank());
            while (true) {
                Factors factors = Factors.of(values, triplets.left(), triplets.right(), rank);
                SpectralMeasurement error = error(product, matrix, factors);
                boolean reached = goal.reached(
                        size.frobeniusNorm(), size.spectralNorm(), error.frobeniusNorm(), error.spectralNormUpper());
                if (reached || rank >= Math.min(values.length, goal.mostRank())) {
                    writer.add(tensor.name(), factors.b(), factors.a(), rank);
                    return row(tensor.name(), size, error, rank, reached ? "" : "the goal is not reached");
                }
                rank++;
            }
        }
    }

    private static ExtractedMatrix row(
            String name, SpectralMeasurement size, SpectralMeasurement error, int rank, String note) {
        return new ExtractedMatrix(
                name,
                size.rows(),
                size.cols(),
                rank,
                size.frobeniusNorm(),
                size.spectralNorm(),
                new ExtractedMatrix.Error(
                        error.frobeniusNorm(), error.spectralNormLower(), error.spectralNormUpper(), 0),
                note);
    }

    private static StoredMatrix stored(List<StridedBlock> blocks) {
        return new StoredMatrix(blocks, StoredMatrix.Axis.ROWS);
    }

    /** ‖s·B·A − B'A'‖. */
    private static SpectralMeasurement error(ProductTensor.InMemory product, FactoredMatrix matrix, Factors factors) {
        int m = matrix.rows();
        int n = matrix.cols();
        int r = matrix.innerDimension();
        int k = factors.rank();
        double[] b = new double[Math.multiplyExact(m, r + k)];
        double[] a = new double[Math.multiplyExact(n, r + k)];
        int width = r + k;
        each(product.b(), (i, j, value) -> {
            int row = product.bTransposed() ? j : i;
            int col = product.bTransposed() ? i : j;
            b[row * width + col] = product.scale() * value;
        });
        each(product.a(), (i, j, value) -> {
            int row = product.aTransposed() ? j : i;
            int col = product.aTransposed() ? i : j;
            a[row * n + col] = value;
        });
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < k; j++) {
                b[i * width + r + j] = -factors.b()[i * k + j];
            }
        }
        System.arraycopy(factors.a(), 0, a, r * n, k * n);
        return FactoredMatrix.of(1, Factors.stored(b, m, width), false, Factors.stored(a, width, n), false)
                .measure();
    }

    @FunctionalInterface
    private interface Element {
        void at(int row, int col, double value);
    }

    private static void each(List<StridedBlock> blocks, Element element) {
        int first = 0;
        for (StridedBlock block : blocks) {
            for (int i = 0; i < block.rows(); i++) {
                for (int j = 0; j < block.cols(); j++) {
                    element.at(first + i, j, block.get(i, j));
                }
            }
            first += block.rows();
        }
    }
}
