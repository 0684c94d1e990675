package org.lowrank.merge.output;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.activation.TaskInterference;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.prediction.TaskLosses;
import org.lowrank.merge.prediction.Verification;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;

/**
 * Everything a merge did and found, as saved in merge.json; report and model card are made from it alone.
 *
 * @param schemaVersion of this layout
 * @param kind {@code merge}
 * @param run what made it and when
 * @param method how
 * @param recipe as YAML
 * @param models base first, then in the recipe's order
 * @param output what was written
 * @param tensors one row per tensor, in name order
 * @param measured before and after
 * @param warnings what a reader should know
 */
public record MergeResult(
        int schemaVersion,
        String kind,
        Run run,
        Method method,
        String recipe,
        List<Model> models,
        Output output,
        List<TensorRow> tensors,
        Measured measured,
        List<String> warnings)
        implements Result {
    /** The current layout. */
    public static final int SCHEMA_VERSION = 1;

    /** The value of {@code kind}. */
    public static final String KIND = "merge";

    /**
     * What made it.
     *
     * @param version of lowrank
     * @param commandLine as typed, without secrets
     * @param started ISO-8601 instant
     * @param seconds per phase
     */
    public record Run(String version, List<String> commandLine, String started, Map<String, Double> seconds) {
        /** The same with what the phases took. */
        public Run took(Map<String, Double> phases) {
            return new Run(version, commandLine, started, Map.copyOf(phases));
        }
    }

    /**
     * What was measured, each list empty where it was not asked for.
     *
     * @param predictions pairs of task vectors
     * @param verification of the merged matrices
     * @param losses of base, parts and the merged model on texts
     * @param interference of the first two models' changes on the base's inputs when it reads the texts
     */
    public record Measured(
            List<PairPrediction> predictions,
            List<Verification> verification,
            List<TaskLosses> losses,
            List<TaskInterference> interference) {
        /** Results of before interference was measured have none. */
        public Measured {
            predictions = List.copyOf(predictions);
            verification = List.copyOf(verification);
            losses = List.copyOf(losses);
            interference = interferenceOrNone(interference);
        }

        private static List<TaskInterference> interferenceOrNone(@Nullable List<TaskInterference> rows) {
            return rows == null ? List.of() : List.copyOf(rows);
        }
    }

    /** How the task vectors lie to one another. */
    public List<PairPrediction> predictions() {
        return measured.predictions();
    }

    /** What came out. */
    public List<Verification> verification() {
        return measured.verification();
    }

    /** What base, parts and the merged model lose on texts. */
    public List<TaskLosses> losses() {
        return measured.losses();
    }

    /** How what the first two models learnt acts on the inputs of each other's task. */
    public List<TaskInterference> interference() {
        return measured.interference();
    }

    @Override
    public ResultFiles files() {
        return MergeFiles.of(this);
    }

    /** The method's name, title, formula and paper. */
    public record Method(String name, String title, String formula, String reference) {}

    /**
     * A model that took part.
     *
     * @param reference as the user calls it
     * @param role {@code base} or {@code merged}
     * @param model its name
     * @param revision commit where known
     * @param source in words
     * @param location path or coordinates
     * @param files its weight files
     */
    public record Model(
            String reference,
            String role,
            String model,
            String revision,
            String source,
            String location,
            List<ModelFile> files) {}

    /** A file; the hash is empty where its source does not tell it. */
    public record ModelFile(String name, long bytes, String sha256) {}

    /**
     * What was written.
     *
     * @param files weight files with their sizes; empty after a dry run
     * @param copiedFiles of the base: config, tokenizer…
     * @param tensors how many
     * @param parameters how many elements were merged
     * @param bytesRead of weights by this run, to be merged; those that an interrupted run has merged are not among them
     * @param bytesWritten of weights by this run, or to be written; 0 where models are only compared
     */
    public record Output(
            List<ModelFile> files,
            List<String> copiedFiles,
            int tensors,
            long parameters,
            long bytesRead,
            long bytesWritten) {
        /** Whether nothing is merged, neither now nor after a dry run. */
        public boolean comparison() {
            return files.isEmpty() && bytesWritten == 0;
        }
    }

    /**
     * A tensor of the result.
     *
     * @param name of the tensor
     * @param layer from 0, −1 outside the layers
     * @param matrices layer matrices it holds, joined with {@code +}
     * @param dtype as written
     * @param shape outermost dimension first
     * @param action {@code merged}, or {@code copied: } and why
     * @param weights per model
     * @param densities per model
     * @param lambda factor of the combined change
     * @param t where between two models
     */
    public record TensorRow(
            String name,
            int layer,
            String matrices,
            String dtype,
            List<Long> shape,
            String action,
            List<Double> weights,
            List<Double> densities,
            double lambda,
            double t) {}
}
