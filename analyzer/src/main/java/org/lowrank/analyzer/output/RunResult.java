package org.lowrank.analyzer.output;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.activation.ActivationMeasurement;
import org.lowrank.analyzer.activation.ModelRunResult;
import org.lowrank.inference.engine.Losses;
import org.lowrank.inference.loss.TextLoss;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;

/**
 * Everything a {@code run} found, as saved in result.json. Texts are not kept.
 *
 * @param schemaVersion of this layout
 * @param kind {@code run}
 * @param tool what made it
 * @param commandLine as typed, without secrets
 * @param started ISO-8601 instant
 * @param model the model, its provenance and times
 * @param sequences how many
 * @param tokens in all
 * @param nll mean loss of a predicted token in nats, over all sequences: of every next one, or of the masked ones; null where
 *     nothing is predicted
 * @param perplexity exp(nll)
 * @param losses per sequence, and moments of the logits; null without a language head
 * @param masked what was predicted in the place of masked tokens, in a run of its own; null of causal models, and where the
 *     sequences were given as ids
 * @param activations the rows of run.csv
 * @param last what the head reads, after the last norm
 * @param warnings what a reader should know
 */
public record RunResult(
        int schemaVersion,
        String kind,
        AnalysisResult.Tool tool,
        List<String> commandLine,
        String started,
        AnalysisResult.Model model,
        int sequences,
        long tokens,
        @Nullable Double nll,
        @Nullable Double perplexity,
        @Nullable Losses losses,
        @Nullable TextLoss masked,
        List<ActivationMeasurement> activations,
        @Nullable ActivationMeasurement last,
        List<AnalysisResult.Warning> warnings)
        implements Result {
    /** The current layout. */
    public static final int SCHEMA_VERSION = 1;

    /** The value of {@code kind}. */
    public static final String KIND = "run";

    private static final List<String> COLUMNS = List.of(
            "model",
            "revision",
            "stack",
            "layer",
            "input",
            "sequences",
            "tokens",
            "width",
            "frobenius_norm",
            "spectral_norm",
            "stable_rank",
            "mean",
            "std",
            "zero_fraction");

    /** Puts a run beside where the model came from. */
    public static RunResult of(
            AnalysisResult.Tool tool,
            List<String> commandLine,
            String started,
            AnalysisResult.Model model,
            ModelRunResult run,
            @Nullable TextLoss masked,
            List<AnalysisResult.Warning> warnings) {
        Losses losses = run.losses();
        double loss = masked != null ? masked.nll() : losses == null ? Double.NaN : losses.nll();
        Double nll = Double.isNaN(loss) ? null : (Double) loss;
        return new RunResult(
                SCHEMA_VERSION,
                KIND,
                tool,
                commandLine,
                started,
                model,
                run.sequences(),
                run.tokens(),
                nll,
                nll == null ? null : (Double) Math.exp(nll),
                losses,
                masked,
                run.activations(),
                run.last(),
                warnings);
    }

    /** The text of run.csv. */
    String csv() {
        CsvWriter rows = new CsvWriter(COLUMNS);
        for (ActivationMeasurement row : activations) {
            rows.add(List.of(
                    model.model(),
                    model.revision(),
                    row.stack(),
                    Integer.toString(row.layer()),
                    row.input(),
                    Integer.toString(row.sequences()),
                    Long.toString(row.tokens()),
                    Integer.toString(row.width()),
                    CsvWriter.number(row.frobeniusNorm()),
                    CsvWriter.number(row.spectralNorm()),
                    CsvWriter.number(row.stableRank()),
                    CsvWriter.number(row.mean()),
                    CsvWriter.number(row.std()),
                    CsvWriter.number(row.zeroFraction())));
        }
        return rows.toString();
    }

    @Override
    public ResultFiles files() {
        String json = ResultJson.write(this);
        String csv = csv();
        return new ResultFiles(RunReport.of(this, csv, json), json).with("run.csv", csv);
    }
}
