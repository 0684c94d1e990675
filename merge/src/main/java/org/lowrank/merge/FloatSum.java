package org.lowrank.merge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.lowrank.machine.memory.WeightedFloats;
import org.lowrank.merge.method.ElementRule;
import org.lowrank.merge.method.PlainSum;
import org.lowrank.merge.method.TensorInputs;
import org.lowrank.weights.bytes.OffHeap;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.writing.OutputTensor;
import org.lowrank.weights.writing.TensorSink;

/**
 * A weighted sum of tensors that all are single precision in the files, as the result is: read, weighed, added in double and rounded
 * in a core's registers. The bits are those of {@link TensorMerge#apply}, at a fraction of its time.
 */
final class FloatSum {
    private static final WeightedFloats SUM = WeightedFloats.fastest();

    private final PlainSum rule;
    private final List<TensorElements> opened;
    private final TensorInputs inputs;

    private FloatSum(PlainSum rule, List<TensorElements> opened, TensorInputs inputs) {
        this.rule = rule;
        this.opened = opened;
        this.inputs = inputs;
    }

    /**
     * Where it can be done so.
     *
     * @param opened the base's elements where there is a base, then the models'
     */
    static Optional<FloatSum> of(
            ElementRule rule, List<TensorElements> opened, TensorInputs inputs, OutputTensor output) {
        return rule instanceof PlainSum sum
                        && sum.fromBase() == inputs.base().isPresent()
                        && output.dtype() == DType.F32
                        && opened.stream().allMatch(TensorElements::areFloats)
                ? Optional.of(new FloatSum(sum, opened, inputs))
                : Optional.empty();
    }

    void write(TensorSink sink) throws IOException {
        float[][] x = new float[inputs.models().size()][WeightedFloats.RUN];
        float[] base = new float[WeightedFloats.RUN];
        float[] out = new float[WeightedFloats.RUN];
        try (OffHeap memory = OffHeap.allocate(TensorInputs.CHUNK * Float.BYTES)) {
            for (long first = 0; first < inputs.count(); first += TensorInputs.CHUNK) {
                int n = (int) Math.min(TensorInputs.CHUNK, inputs.count() - first);
                ByteBuffer bytes = memory.bytes();
                boolean finite = true;
                for (int done = 0; done < n; done += WeightedFloats.RUN) {
                    int count = Math.min(WeightedFloats.RUN, n - done);
                    finite &= sum(first + done, count, base, x, out);
                    bytes.asFloatBuffer().put(done, out, 0, count);
                }
                if (finite) {
                    sink.copy(first, bytes.limit(n * Float.BYTES));
                } else {
                    TensorMerge.apply(rule, inputs, first, first + n, sink); // which says what is not finite, and where
                }
            }
        }
    }

    private boolean sum(long first, int count, float[] base, float[][] x, float[] out) throws IOException {
        int at = 0;
        if (rule.fromBase()) {
            opened.get(at++).floats(first, count, base);
        }
        for (float[] model : x) {
            opened.get(at++).floats(first, count, model);
        }
        return rule.fromBase()
                ? SUM.ofDifferences(base, x, rule.weights(), rule.factor(), count, out)
                : SUM.of(x, rule.weights(), count, out);
    }
}
