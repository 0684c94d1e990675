package org.lowrank.merge;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.lowrank.merge.method.MergeMethod;
import org.lowrank.merge.method.TensorParameters;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.writing.OutputTensor;
import org.lowrank.weights.writing.ShardPlan;

/** What was planned and done, as it is saved. */
final class MergeDescription {
    private final MergePlan plan;
    private final Collection<OpenModel> models;
    private final FileHashes hashes;

    MergeDescription(MergePlan plan, Collection<OpenModel> models, FileHashes hashes) {
        this.plan = plan;
        this.models = models;
        this.hashes = hashes;
    }

    /**
     * The weight files.
     *
     * @param shards of the model there is now; none where none was written
     * @param toWrite those that this run writes, or would: not those that an interrupted run has left
     */
    record Weights(List<ShardPlan.Shard> shards, List<ShardPlan.Shard> toWrite) {
        /** Of a comparison. */
        static final Weights NONE = new Weights(List.of(), List.of());

        long bytes() {
            return toWrite.stream().mapToLong(ShardPlan.Shard::bytes).sum();
        }

        Set<String> tensors() {
            return toWrite.stream()
                    .flatMap(shard -> shard.tensors().stream())
                    .map(placed -> placed.tensor().name())
                    .collect(Collectors.toSet());
        }
    }

    /** A saved result. */
    MergeResult result(
            MergeResult.Run run,
            Weights weights,
            List<String> copied,
            MergeResult.Measured measured,
            List<String> warnings)
            throws IOException, ModelNotFoundException {
        MergeMethod method = plan.recipe().method();
        List<MergeResult.ModelFile> files = weights.shards().stream()
                .map(shard -> new MergeResult.ModelFile(shard.file(), shard.bytes(), ""))
                .toList();
        long parameters = plan.tensors().stream()
                .filter(item -> item.copied().isEmpty())
                .map(MergePlan.Item::output)
                .mapToLong(OutputTensor::elements)
                .sum();
        List<MergeResult.Model> described = new ArrayList<>();
        for (OpenModel model : models) {
            described.add(described(model));
        }
        return new MergeResult(
                MergeResult.SCHEMA_VERSION,
                MergeResult.KIND,
                run,
                new MergeResult.Method(method.name(), method.title(), method.formula(), method.reference()),
                plan.recipe().text(),
                described,
                new MergeResult.Output(
                        files,
                        copied,
                        plan.tensors().size(),
                        parameters,
                        plan.bytesRead(weights.tensors()),
                        weights.bytes()),
                plan.tensors().stream().map(this::row).toList(),
                measured,
                warnings);
    }

    private MergeResult.Model described(OpenModel model) throws IOException, ModelNotFoundException {
        ModelFiles.Provenance from = model.provenance();
        List<MergeResult.ModelFile> files = new ArrayList<>();
        for (ModelFiles.FileEntry file : model.weightFiles()) {
            files.add(new MergeResult.ModelFile(file.name(), file.size(), hashes.of(model, file)));
        }
        boolean isBase = plan.base().isPresent() && plan.donor().reference().equals(model.reference());
        return new MergeResult.Model(
                model.reference(),
                isBase ? "base" : "merged",
                from.model(),
                from.revision(),
                from.source(),
                from.location(),
                files);
    }

    private MergeResult.TensorRow row(MergePlan.Item item) {
        var place = plan.layers().place(item.output().name());
        TensorParameters parameters = item.parameters();
        return new MergeResult.TensorRow(
                item.output().name(),
                place.layer(),
                String.join("+", place.matrices().stream().sorted().toList()),
                item.output().dtype().name(),
                item.output().shape(),
                item.copied().isEmpty() ? "merged" : "copied: " + item.copied(),
                Arrays.stream(parameters.weights()).boxed().toList(),
                Arrays.stream(parameters.densities()).boxed().toList(),
                parameters.lambda(),
                parameters.t());
    }
}
