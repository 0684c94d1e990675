package org.lowrank.analyzer.measurement;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.FactoredMatrix;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.weights.adapter.ProductTensor;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** Matrices known by their factors: an adapter's products, the forms of attention heads. */
public final class FactoredMatrices {
    private FactoredMatrices() {}

    /** Whether a matrix is one product, so that it need not be formed. */
    public static boolean isFactored(LayerMatrix matrix) {
        return matrix.parts().size() == 1
                && matrix.parts().get(0).views().size() == 1
                && matrix.parts().get(0).tensor() instanceof ProductTensor product
                && product.isProduct(matrix.parts().get(0).views().get(0));
    }

    /**
     * The matrix by its factors, valid while the group is open; empty where it is not one product.
     *
     * @param opened the values of its tensor
     */
    static Optional<FactoredMatrix> of(LayerMatrix matrix, Tensor.Values opened) throws IOException {
        if (!isFactored(matrix) || !(opened instanceof ProductTensor.Opened open)) {
            return Optional.empty();
        }
        Optional<ProductTensor.InMemory> found =
                open.product(matrix.parts().get(0).views().get(0));
        return found.map(product -> FactoredMatrix.of(
                product.scale(),
                stored(product.b()),
                product.bTransposed(),
                stored(product.a()),
                product.aTransposed()));
    }

    private static StoredMatrix stored(List<StridedBlock> blocks) {
        return new StoredMatrix(blocks, StoredMatrix.Axis.ROWS);
    }

    /** Which factor holds the weight that is no number. */
    static MalformedWeightsException located(LayerMatrix matrix, NonFiniteWeightException met) {
        ProductTensor tensor = (ProductTensor) matrix.parts().get(0).tensor();
        List<Tensor> factors = tensor.sources();
        Tensor factor = factors.get(Math.min(met.block() == 0 ? 0 : 1, factors.size() - 1));
        return new MalformedWeightsException("non-finite weight: " + factor.name() + " in " + factor.file()
                + ": a weight is " + met.value() + " at row " + met.row() + ", column " + met.col()
                + " of what is read of it; no norm is defined, look for a repaired copy of the weights");
    }
}
