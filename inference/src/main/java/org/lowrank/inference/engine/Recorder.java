package org.lowrank.inference.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;

/** Keeps the activations of one layer until all batches are through, then hands them to the listener. */
final class Recorder implements AutoCloseable {
    private final NDManager memory;
    private final ActivationListener listener;
    private final int layer;
    private final Map<Input, List<StridedBlock>> blocks = new LinkedHashMap<>();

    Recorder(NDManager parent, ActivationListener listener, int layer) {
        this.memory = parent.newSubManager();
        this.listener = listener;
        this.layer = layer;
    }

    /** Keeps rows [tokens, width] as they are; they must not be changed afterwards. */
    void record(Input input, NDArray values) {
        if (listener == ActivationListener.NONE) {
            return;
        }
        // Another handle on the same numbers: the array itself keeps its manager, and so do results of it.
        NDArray kept = values.reshape(values.getShape());
        kept.attach(memory);
        int rows = (int) kept.getShape().get(0);
        int cols = (int) kept.getShape().get(1);
        ByteBuffer bytes = kept.toByteBuffer(true).order(ByteOrder.nativeOrder());
        add(input, new StridedBlock(bytes, ElementType.F32, rows, cols, cols));
    }

    /** Rows that stay where they are until {@link #deliver}. */
    void add(Input input, StridedBlock rows) {
        blocks.computeIfAbsent(input, place -> new ArrayList<>()).add(rows);
    }

    void deliver() throws IOException, InterruptedException {
        for (Map.Entry<Input, List<StridedBlock>> place : blocks.entrySet()) {
            List<StridedBlock> rows = place.getValue();
            listener.observed(new Activations(layer, place.getKey(), rows.get(0).cols(), List.copyOf(rows)));
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
