package org.lowrank.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.Bound;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.ResultJson;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelNames;
import org.lowrank.weights.reference.ModelReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank check}: bounds for pipelines. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description =
                "Measure models and hold their matrices to bounds: exit code 1 and the rows that break one, 0 where all "
                        + "hold. Writes no files.",
        footer = {
            "",
            "A bound names a number of matrices.csv, alone or one over another, and before a point the kind of matrix it is for:",
            "stable_rank, M1.spectral_norm, stable_rank/gaussian_stable_rank.",
            "",
            "Examples:",
            "  lowrank check ./checkpoint --max spectral_norm=50 --min stable_rank=1.5",
            "  lowrank check ./checkpoint --require 'M1.stable_rank<=12' --require 'O.frobenius_norm<40' --json"
        })
final class CheckCommand extends ModelRun implements Callable<Integer> {
    private static final int MOST_SHOWN = 50;

    @Parameters(paramLabel = "MODEL", arity = "1..*", description = "Models, named as for analyze.")
    List<String> models = new ArrayList<>();

    @Option(names = "--max", paramLabel = "NUMBER=LIMIT", description = "The number is at most this.")
    List<String> most = new ArrayList<>();

    @Option(names = "--min", paramLabel = "NUMBER=LIMIT", description = "The number is at least this.")
    List<String> least = new ArrayList<>();

    @Option(names = "--require", paramLabel = "BOUND", description = "A bound with <=, <, >= or >.")
    List<String> required = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON instead of a table.")
    boolean json;

    @Mixin
    MeasureArguments measure = new MeasureArguments();

    /** What {@code --json} prints. */
    record Verdict(List<String> bounds, List<String> models, int matrices, List<BrokenRow> broken) {}

    /** A row that breaks a bound; no value where it is not defined. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record BrokenRow(
            String model,
            String revision,
            MatrixId id,
            String bound,
            @Nullable Double value) {
        static BrokenRow of(Bound.Broken broken) {
            MatrixMeasurement row = broken.row();
            return new BrokenRow(
                    row.model(), row.revision(), row.id(), broken.bound().toString(), broken.value());
        }
    }

    @Override
    public Integer call() throws Exception {
        List<Bound> bounds = bounds();
        List<ModelReference> references = new ArrayList<>();
        for (String model : models) {
            references.add(reference(model));
        }
        references = ModelNames.distinct(references);
        List<MatrixMeasurement> rows = measured(references);
        for (Bound bound : bounds) {
            if (rows.stream().noneMatch(bound::concerns)) {
                throw new UsageException(
                        "a bound of nothing: " + bound + ": no matrix measured is called " + bound.matrix()
                                + "; give one of "
                                + String.join(
                                        ", ",
                                        rows.stream()
                                                .map(MatrixMeasurement::kind)
                                                .distinct()
                                                .limit(12)
                                                .toList()));
            }
        }
        List<Bound.Broken> broken = rows.stream()
                .flatMap(
                        row -> bounds.stream().map(bound -> bound.brokenBy(row)).flatMap(Optional::stream))
                .toList();
        System.out.print(json ? json(bounds, rows, broken) : table(bounds, rows, broken));
        return broken.isEmpty() ? 0 : Failures.OTHER;
    }

    private List<Bound> bounds() throws UsageException {
        List<String> texts = new ArrayList<>(required);
        most.forEach(text -> texts.add(text.replaceFirst("=", "<=")));
        least.forEach(text -> texts.add(text.replaceFirst("=", ">=")));
        if (texts.isEmpty()) {
            throw new UsageException(
                    "no bound: check: nothing to hold the matrices to; give --max, --min or --require");
        }
        try {
            return texts.stream().map(Bound::parse).distinct().toList();
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(String.valueOf(wrong.getMessage()));
        }
    }

    private List<MatrixMeasurement> measured(List<ModelReference> references)
            throws IOException, ModelNotFoundException, InterruptedException, UsageException {
        ModelNames names = ModelNames.of(references);
        List<MatrixMeasurement> rows = new ArrayList<>();
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress());
                MeasuringRun run = run(measure, progress)) {
            for (ModelReference reference : references) {
                try (ModelAnalysis model = open(run, reference, names)) {
                    String name = model.provenance().model();
                    ModelOutcome outcome = run.measure(model, Optional.empty(), counting(progress, name));
                    warn(model, outcome.warnings(), progress);
                    rows.addAll(outcome.matrices());
                }
            }
        }
        return rows;
    }

    private static String json(List<Bound> bounds, List<MatrixMeasurement> rows, List<Bound.Broken> broken) {
        return ResultJson.write(new Verdict(
                bounds.stream().map(Bound::toString).toList(),
                rows.stream().map(MatrixMeasurement::model).distinct().toList(),
                rows.size(),
                broken.stream().map(BrokenRow::of).toList()));
    }

    private String table(List<Bound> bounds, List<MatrixMeasurement> rows, List<Bound.Broken> broken) {
        StringBuilder text = new StringBuilder();
        if (!console.quiet) {
            broken.stream()
                    .limit(MOST_SHOWN)
                    .forEach(row -> text.append(String.format(
                            Locale.ROOT,
                            "%s: %s: %s, not %s%n",
                            ForeignText.name(row.row().model()),
                            ForeignText.name(row.row().id().toString()),
                            row.value() == null ? "not defined" : row.value().toString(),
                            row.bound())));
            if (broken.size() > MOST_SHOWN) {
                text.append("… and ").append(broken.size() - MOST_SHOWN).append(" more (--json has all)\n");
            }
        }
        long matrices = broken.stream().map(Bound.Broken::row).distinct().count();
        return text.append(String.format(
                        Locale.ROOT,
                        "%s: %d of %d matrices break %s%n",
                        broken.isEmpty() ? "holds" : "broken",
                        matrices,
                        rows.size(),
                        bounds.size() == 1 ? "the bound " + bounds.get(0) : "one of " + bounds.size() + " bounds"))
                .toString();
    }
}
