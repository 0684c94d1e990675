package org.lowrank.analyzer.measurement;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.weights.tensor.Tensor;

/**
 * Matrices that share tensors and so are opened together: Q, K, V and QKV; all experts of one three-dimensional tensor.
 *
 * @param tensors opened once for all tasks
 * @param tasks what is measured in one call
 */
public record TensorGroup(List<Tensor> tensors, List<Task> tasks) {
    /**
     * One call of the engine: matrices and, where they make up a measured stack, that stack.
     *
     * @param parts measured one by one
     * @param stack Q, K and V together, or null
     */
    public record Task(List<LayerMatrix> parts, @Nullable LayerMatrix stack) {}

    /** Groups in the order of their first matrix. */
    public static List<TensorGroup> of(List<LayerMatrix> matrices) {
        Map<Tensor, Integer> groupOf = new IdentityHashMap<>();
        int[] joined =
                new int[matrices.size()]; // each matrix's own number, or that of an earlier one it is grouped with
        for (int i = 0; i < joined.length; i++) {
            joined[i] = i;
            for (LayerMatrix.Part part : matrices.get(i).parts()) {
                Integer earlier = groupOf.putIfAbsent(part.tensor(), i);
                if (earlier != null) {
                    int one = first(joined, earlier);
                    int other = first(joined, i);
                    joined[Math.max(one, other)] = Math.min(one, other);
                }
            }
        }
        Map<Integer, List<LayerMatrix>> members = new LinkedHashMap<>();
        for (int i = 0; i < joined.length; i++) {
            members.computeIfAbsent(first(joined, i), group -> new ArrayList<>())
                    .add(matrices.get(i));
        }
        return members.values().stream().map(TensorGroup::together).toList();
    }

    /** The first matrix of a group, with the paths to it made short on the way. */
    private static int first(int[] joined, int matrix) {
        int at = matrix;
        while (joined[at] != at) {
            joined[at] = joined[joined[at]];
            at = joined[at];
        }
        return at;
    }

    /** All of them as one group, whether or not they share tensors. */
    public static TensorGroup together(List<LayerMatrix> matrices) {
        Map<Tensor, Boolean> tensors = new IdentityHashMap<>();
        List<Tensor> ordered = new ArrayList<>();
        for (LayerMatrix matrix : matrices) {
            for (LayerMatrix.Part part : matrix.parts()) {
                if (tensors.put(part.tensor(), true) == null) {
                    ordered.add(part.tensor());
                }
            }
        }
        return new TensorGroup(ordered, tasks(matrices));
    }

    /** The matrices, each task's stack after its parts. */
    public List<LayerMatrix> matrices() {
        List<LayerMatrix> matrices = new ArrayList<>();
        for (Task task : tasks) {
            matrices.addAll(task.parts());
            LayerMatrix stack = task.stack();
            if (stack != null) {
                matrices.add(stack);
            }
        }
        return matrices;
    }

    /** One task per stack whose parts are all here, one per other matrix. */
    private static List<Task> tasks(List<LayerMatrix> matrices) {
        List<Task> tasks = new ArrayList<>();
        Map<MatrixId, LayerMatrix> rest = new LinkedHashMap<>();
        matrices.forEach(matrix -> rest.put(matrix.id(), matrix));
        for (LayerMatrix stack : matrices) {
            List<LayerMatrix> parts = new ArrayList<>();
            for (MatrixId part : stack.stackedFrom()) {
                LayerMatrix found = rest.get(part);
                if (found != null) {
                    parts.add(found);
                }
            }
            if (!parts.isEmpty() && parts.size() == stack.stackedFrom().size()) {
                rest.keySet().removeAll(stack.stackedFrom());
                rest.remove(stack.id());
                tasks.add(new Task(List.copyOf(parts), stack));
            }
        }
        rest.values().forEach(matrix -> tasks.add(new Task(List.of(matrix), null)));
        return tasks;
    }
}
