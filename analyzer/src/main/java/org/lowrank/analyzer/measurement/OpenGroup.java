package org.lowrank.analyzer.measurement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.FactoredMatrix;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** The open tensors of a group; closed when its last task is done, or by {@link #close}. */
public final class OpenGroup implements AutoCloseable {
    private final Map<Tensor, Tensor.Values> values = new IdentityHashMap<>();
    private final AtomicInteger tasksLeft;
    private final Runnable whenClosed;

    private OpenGroup(int tasks, Runnable whenClosed) {
        this.tasksLeft = new AtomicInteger(tasks);
        this.whenClosed = whenClosed;
    }

    /** Opens every tensor of the group, or none. */
    public static OpenGroup open(TensorGroup group) throws IOException {
        return open(group, () -> {});
    }

    static OpenGroup open(TensorGroup group, Runnable whenClosed) throws IOException {
        OpenGroup opened = new OpenGroup(group.tasks().size(), whenClosed);
        try {
            for (Tensor tensor : group.tensors()) {
                opened.values.put(tensor, tensor.open());
            }
            return opened;
        } catch (IOException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /** Blocks of each part of a task, and the axis along which they stack. */
    StoredParts stored(TensorGroup.Task task) throws IOException {
        List<StoredMatrix> matrices = new ArrayList<>();
        boolean transposed = task.parts().get(0).parts().get(0).transposed();
        for (LayerMatrix matrix : task.parts()) {
            if (task.stack() != null && matrix.parts().get(0).transposed() != transposed) {
                throw new MalformedWeightsException("mixed orientations: " + matrix.stack() + " layer "
                        + matrix.layer() + ": " + matrix.matrix() + " is stored as "
                        + (transposed ? "[out, in]" : "[in, out]") + " and what it is stacked with the other way round;"
                        + " leave QKV out with --matrices Q,K,V,O,M1,M2");
            }
            matrices.add(stored(matrix));
        }
        Axis axis = transposed ? Axis.COLUMNS : Axis.ROWS;
        return new StoredParts(matrices, axis);
    }

    /** A matrix as it lies; transposed where its first part is. Valid until the group is closed. */
    public StoredMatrix stored(LayerMatrix matrix) throws IOException {
        boolean transposed = matrix.parts().get(0).transposed();
        List<StridedBlock> blocks = new ArrayList<>();
        boolean rowStacked = false;
        int views = 0;
        for (LayerMatrix.Part part : matrix.parts()) {
            Tensor.Values tensor = values.get(part.tensor());
            if (tensor == null || part.transposed() != transposed) {
                throw new IOException(matrix.stack() + " layer " + matrix.layer() + " " + matrix.matrix()
                        + ": parts are stored in different orientations");
            }
            for (Tensor.View view : part.views()) {
                List<StridedBlock> viewed = tensor.matrix(view);
                rowStacked |= viewed.size() > 1;
                blocks.addAll(viewed);
                views++;
            }
        }
        if (transposed && views > 1 && rowStacked) {
            throw new IOException(matrix.stack() + " layer " + matrix.layer() + " " + matrix.matrix()
                    + ": several column blocks of more than 2 GiB each");
        }
        return new StoredMatrix(blocks, transposed && views > 1 ? Axis.COLUMNS : Axis.ROWS);
    }

    /** The matrix by its factors where it is one product. */
    public Optional<FactoredMatrix> factored(LayerMatrix matrix) throws IOException {
        Tensor.Values opened = values.get(matrix.parts().get(0).tensor());
        return opened == null ? Optional.empty() : FactoredMatrices.of(matrix, opened);
    }

    /** The blocks of one view of a part, as the engine sees them. */
    List<StridedBlock> blocks(LayerMatrix.Part part, Tensor.View view) throws IOException {
        Tensor.Values tensor = values.get(part.tensor());
        return tensor == null ? List.of() : tensor.matrix(view);
    }

    void taskDone() {
        if (tasksLeft.decrementAndGet() == 0) {
            close();
        }
    }

    @Override
    public void close() {
        values.values().forEach(Tensor.Values::close);
        whenClosed.run();
    }
}
