package org.lowrank.weights;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.reference.ModelReference;
import org.lowrank.weights.reference.ModelSource;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/**
 * The weights of a model by name, whatever its place and format: the way in for a program that wants tensors and nothing else.
 *
 * <pre>{@code
 * try (OpenWeights weights = OpenWeights.of("google-bert/bert-base-uncased")) {
 *     Tensor query = weights.tensor("bert.encoder.layer.0.attention.self.query.weight");
 *     double[] values = weights.values(query);        // row-major, dequantised where it is quantised
 * }
 * }</pre>
 */
public final class OpenWeights implements AutoCloseable {
    private static final int SHOWN = 8;

    private final ModelFiles files;
    private final CheckpointReader reader;
    private final Checkpoint checkpoint;

    private OpenWeights(ModelFiles files, CheckpointReader reader, Checkpoint checkpoint) {
        this.files = files;
        this.reader = reader;
        this.checkpoint = checkpoint;
    }

    /**
     * Finds a model and reads the headers of its files.
     *
     * @param name see {@link ModelReference}
     * @throws ModelNotFoundException if it does not exist or may not be read
     * @throws MalformedWeightsException if its files are malformed or of an unknown kind
     */
    public static OpenWeights of(String name) throws IOException, ModelNotFoundException {
        return of(name, SourceOptions.defaults());
    }

    /** The same with options. */
    public static OpenWeights of(String name, SourceOptions options) throws IOException, ModelNotFoundException {
        ModelFiles files = ModelSource.resolve(name, options);
        CheckpointReader reader = new CheckpointReader(files);
        try {
            return new OpenWeights(files, reader, reader.read());
        } catch (IOException | ModelNotFoundException | RuntimeException e) {
            try (files;
                    reader) {
                throw e;
            }
        }
    }

    /** All tensors, the configuration, and what a reader should know. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /**
     * A tensor by its name.
     *
     * @throws MalformedWeightsException if there is none; the message names some that there are
     */
    public Tensor tensor(String name) throws MalformedWeightsException {
        List<Tensor> tensors = checkpoint.tensors();
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new MalformedWeightsException("no such tensor: " + name + ": not among the "
                        + tensors.size() + " of " + String.join(", ", checkpoint.files()) + "; there are for instance "
                        + tensors.stream().map(Tensor::name).limit(SHOWN).collect(Collectors.joining(", "))));
    }

    /**
     * Its values in row-major order, as double.
     *
     * @throws MalformedWeightsException if it holds more than 2³¹ − 1 elements
     */
    public double[] values(Tensor tensor) throws IOException {
        long elements = tensor.shape().stream().reduce(1L, Math::multiplyExact);
        if (elements > Integer.MAX_VALUE - 8) {
            throw new MalformedWeightsException("too large for an array: " + tensor.name() + ": " + elements
                    + " elements; open it and read it by blocks");
        }
        double[] values = new double[(int) elements];
        if (elements == 0) {
            return values;
        }
        long cols =
                tensor.shape().isEmpty() ? 1 : tensor.shape().get(tensor.shape().size() - 1);
        int at = 0;
        try (Tensor.Values opened = tensor.open()) {
            for (StridedBlock block : opened.matrix(Tensor.View.contiguous(elements / cols, cols))) {
                for (int i = 0; i < block.rows(); i++) {
                    for (int j = 0; j < block.cols(); j++) {
                        values[at++] = block.get(i, j);
                    }
                }
            }
        }
        return values;
    }

    @Override
    public void close() throws IOException {
        try (files) {
            reader.close();
        }
    }
}
