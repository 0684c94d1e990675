package org.lowrank.merge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.weights.bytes.MappedFile;
import org.lowrank.weights.bytes.OffHeap;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/** A tensor that lies ready in a local file, copied piece by piece into memory that stays in a core's cache. */
final class TensorPieces implements TensorElements.Stored {
    /** Large enough that the system call does not count, small enough that those of three models fit a core's second cache. */
    private static final int BYTES = 1 << 18;

    private final MappedFile file;
    private final long offset;
    private final long count;
    private final OffHeap memory;
    private TensorElements.Run run;

    private TensorPieces(MappedFile file, long offset, ElementType type, long count) {
        this.file = file;
        this.offset = offset;
        this.count = count;
        this.memory = OffHeap.allocate((int) Math.min(BYTES, count * type.bytes()));
        this.run = new TensorElements.Run(memory.bytes(), type, 0, 0);
    }

    /** Where there is one: other tensors are decoded, computed or fetched as a whole. */
    static Optional<TensorPieces> of(Tensor tensor, long count) {
        if (tensor instanceof StoredTensor stored
                && stored.storage().isPresent()
                && stored.storage().get().source() instanceof MappedFile file
                && stored.storage().get().layout().isContiguous(stored.shape())) {
            StoredTensor.Storage storage = stored.storage().get();
            return storage.encoding()
                    .inPlaceType()
                    .map(type -> new TensorPieces(
                            file, storage.offset() + storage.layout().offset() * type.bytes(), type, count));
        }
        return Optional.empty();
    }

    @Override
    public boolean are(ElementType type) {
        return run.type() == type;
    }

    @Override
    public TensorElements.Run with(long element) throws IOException {
        if (!run.holds(element)) {
            ElementType type = run.type();
            ByteBuffer bytes = memory.bytes();
            bytes.limit((int) Math.min(bytes.capacity(), (count - element) * type.bytes()));
            run = new TensorElements.Run(bytes, type, 0, 0); // none, should reading fail
            file.copy(offset + element * type.bytes(), bytes);
            run = new TensorElements.Run(bytes.rewind(), type, element, element + bytes.limit() / type.bytes());
        }
        return run;
    }

    @Override
    public void close() {
        memory.close();
    }
}
