package org.lowrank.merge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.merge.method.ElementRule;
import org.lowrank.merge.method.Elements;
import org.lowrank.merge.method.TensorInputs;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.ScalarEncoding;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;
import org.lowrank.weights.writing.TensorSink;

/** Writes one tensor of a plan: chunk by chunk, nothing larger than a chunk in memory but what the method itself keeps. */
final class TensorMerge {
    private static final int COPY_BYTES = 1 << 20;

    private final MergePlan plan;
    private final MergePlan.Item item;

    TensorMerge(MergePlan plan, MergePlan.Item item) {
        this.plan = plan;
        this.item = item;
    }

    void write(TensorSink sink) throws IOException {
        if (item.output().elements() == 0) {
            return;
        }
        if (item.copied().isEmpty()) {
            merge(sink);
        } else {
            copy(sink);
        }
    }

    private void merge(TensorSink sink) throws IOException {
        List<TensorElements> opened = new ArrayList<>();
        try {
            Optional<Elements> base = Optional.empty();
            if (plan.base().isPresent()) {
                opened.add(TensorElements.open(item.donor(), plan.donor().reference()));
                base = Optional.of(opened.get(0));
            }
            List<Elements> models = new ArrayList<>();
            for (int m = 0; m < item.models().size(); m++) {
                opened.add(TensorElements.open(
                        item.models().get(m), plan.models().get(m).reference()));
                models.add(opened.get(opened.size() - 1));
            }
            TensorInputs inputs = new TensorInputs(
                    item.output().name(), item.output().shape(), item.layerMatrix(), base, models, item.parameters());
            ElementRule rule = plan.recipe().method().prepare(inputs);
            Optional<FloatSum> sum = FloatSum.of(rule, opened, inputs, item.output());
            if (sum.isPresent()) {
                sum.get().write(sink);
            } else {
                apply(rule, inputs, 0, inputs.count(), sink);
            }
        } finally {
            opened.forEach(TensorElements::close);
        }
    }

    /** The elements from, …, to − 1, whatever rule and dtypes are. */
    static void apply(ElementRule rule, TensorInputs inputs, long from, long to, TensorSink sink) throws IOException {
        double[] base = new double[inputs.base().isPresent() ? TensorInputs.CHUNK : 0];
        double[][] models = new double[inputs.models().size()][TensorInputs.CHUNK];
        double[] out = new double[TensorInputs.CHUNK];
        for (long first = from; first < to; first += TensorInputs.CHUNK) {
            int n = (int) Math.min(TensorInputs.CHUNK, to - first);
            if (inputs.base().isPresent()) {
                inputs.base().get().read(first, n, base);
            }
            for (int m = 0; m < models.length; m++) {
                inputs.models().get(m).read(first, n, models[m]);
            }
            rule.merge(first, n, base, models, out);
            sink.put(first, out, n);
        }
    }

    /** Byte by byte where they lie plainly, else by their values, which doubles hold exactly up to 2^53. */
    private void copy(TensorSink sink) throws IOException {
        int width = item.output().width();
        if (item.donor() instanceof StoredTensor stored && isPlain(stored)) {
            StoredTensor.Storage storage = stored.storage().orElseThrow();
            long from = storage.offset() + storage.layout().offset() * width;
            for (long at = 0; at < item.output().bytes(); at += COPY_BYTES) {
                int length = (int) Math.min(COPY_BYTES, item.output().bytes() - at);
                try (ByteSource.Region region = storage.source().read(from + at, length)) {
                    sink.copy(at / width, region.bytes());
                }
            }
            return;
        }
        long count = item.output().elements();
        List<Long> shape = item.donor().shape();
        long cols = shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
        long element = 0;
        try (Tensor.Values values = item.donor().open()) {
            for (StridedBlock block : values.matrix(Tensor.View.contiguous(count / cols, cols))) {
                for (int row = 0; row < block.rows(); row++) {
                    ByteBuffer bytes = ByteBuffer.allocate(block.cols() * width).order(ByteOrder.LITTLE_ENDIAN);
                    for (int col = 0; col < block.cols(); col++) {
                        put(block.get(row, col), bytes);
                    }
                    sink.copy(element, bytes.flip());
                    element += block.cols();
                }
            }
        }
    }

    private static boolean isPlain(StoredTensor stored) {
        return stored.storage().isPresent()
                && stored.storage().get().encoding().equals(encoding(stored))
                && stored.storage().get().layout().isContiguous(stored.shape());
    }

    private static Object encoding(StoredTensor stored) {
        return ScalarEncoding.exists(stored.dtype()) ? ScalarEncoding.of(stored.dtype()) : "none";
    }

    private void put(double value, ByteBuffer bytes) throws MalformedWeightsException {
        if (Math.abs(value) > 0x1p53) {
            throw new MalformedWeightsException("whole number too large: "
                    + item.donor().file() + ": " + item.output().name() + " holds " + value
                    + "; store the model as safetensors and merge again");
        }
        switch (item.output().dtype()) {
            case F64 -> bytes.putDouble(value);
            case F32 -> bytes.putFloat((float) value);
            case I64, U64 -> bytes.putLong((long) value);
            case I32, U32 -> bytes.putInt((int) (long) value);
            case I16, U16 -> bytes.putShort((short) (long) value);
            case I8, U8, BOOL -> bytes.put((byte) (long) value);
            default ->
                throw new MalformedWeightsException(
                        "cannot be copied: " + item.donor().file() + ": "
                                + item.output().name() + " is " + item.output().dtype()
                                + "; store the model as safetensors and merge again");
        }
    }
}
