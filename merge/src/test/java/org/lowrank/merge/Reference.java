package org.lowrank.merge;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Tensor;

/** The models and expected values that src/test/reference/reference.py makes with numpy. */
final class Reference {
    private Reference() {}

    /** base, a, b or expected. */
    static Path path(String name) {
        try {
            return Path.of(Objects.requireNonNull(Reference.class.getResource("reference/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every tensor's values. */
    static Map<String, double[]> values(Path model) throws IOException, ModelNotFoundException {
        Map<String, double[]> values = new LinkedHashMap<>();
        try (CheckpointReader reader = new CheckpointReader(LocalFiles.of(model))) {
            for (Tensor tensor : reader.read().tensors()) {
                long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
                double[] all = new double[(int) count];
                try (TensorElements elements = TensorElements.open(tensor, model.toString())) {
                    elements.read(0, all.length, all);
                }
                values.put(tensor.name(), all);
            }
        }
        return values;
    }
}
