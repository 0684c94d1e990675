package org.lowrank.survey.population;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.MatrixKind;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.Medians;
import org.lowrank.analyzer.measurement.NullModel;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.UnreadableResultException;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.spectral.StableRank;
import org.lowrank.survey.dataset.DataSet;

/** Where a model stands among those of a survey: the share of models whose matrices of a kind are above its own, by their medians. */
public final class Against {
    /** Fewer models make no population. */
    private static final int FEWEST = 3;

    private static final String PREFIX = "against-";

    private static final List<String> KINDS = List.of("QKV", "O", "M1", "GATE", "M2", "Q", "K", "V");

    private final String name;
    private final Map<String, Map<String, Standing>> models;

    private Against(String name, Map<String, Map<String, Standing>> models) {
        this.name = name;
        this.models = models;
    }

    /** Of one kind in one model: medians over its layers. */
    private record Standing(double share, double entry) {}

    /** What is collected of one kind in one model. */
    private record Values(List<Double> shares, List<Double> entries) {
        Values() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        void add(double share, double entry) {
            shares.add(share);
            entries.add(entry);
        }

        Standing standing() {
            return new Standing(median(shares), median(entries));
        }

        private static double median(List<Double> values) {
            return Medians.of(values.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }

    /**
     * Reads a survey's data set.
     *
     * @param dataSet the directory survey.parquet, or one file of it
     * @throws UnreadableResultException if it is none
     */
    public static Against read(Path dataSet) throws UnreadableResultException {
        Map<String, Map<String, Values>> values = new TreeMap<>();
        DataSet.read(dataSet, row -> {
            MatrixId id = MatrixId.parse(row.stack(), row.layer() < 0 ? null : row.layer(), row.matrix());
            if (counts(id)) {
                Double rank = row.stableRank();
                double share = rank == null ? Double.NaN : rank / StableRank.ofGaussian(row.rows(), row.cols());
                values.computeIfAbsent(row.model(), model -> new TreeMap<>())
                        .computeIfAbsent(id.family(), kind -> new Values())
                        .add(share, row.frobeniusNorm() / Math.sqrt((double) row.rows() * row.cols()));
            }
        });
        Map<String, Map<String, Standing>> models = new TreeMap<>();
        values.forEach((model, kinds) -> {
            Map<String, Standing> of = new TreeMap<>();
            kinds.forEach((kind, collected) -> of.put(kind, collected.standing()));
            models.put(model, of);
        });
        Path file = dataSet.toAbsolutePath().normalize().getFileName();
        return new Against(ForeignText.name(file == null ? dataSet.toString() : file.toString()), models);
    }

    private static boolean counts(MatrixId id) {
        return id.kind() != MatrixKind.TENSOR && id.member().type() != MatrixId.Member.Type.HEAD;
    }

    /** The result with a finding for each of its models that has a kind of matrix in common with enough others of the survey. */
    public AnalysisResult with(AnalysisResult result) {
        List<Finding> findings = new ArrayList<>(result.findings());
        for (AnalysisResult.Model model : result.models()) {
            findings.addAll(of(model.model(), result.matricesOf(model)));
        }
        return replaced(result, findings);
    }

    /** A result without what was found against a survey: it follows from the survey, not from the weights. */
    public static AnalysisResult without(AnalysisResult result) {
        return replaced(
                result,
                result.findings().stream()
                        .filter(finding -> !finding.id().startsWith(PREFIX))
                        .toList());
    }

    private static AnalysisResult replaced(AnalysisResult result, List<Finding> findings) {
        return new AnalysisResult(
                result.schemaVersion(),
                result.kind(),
                result.tool(),
                result.commandLine(),
                result.started(),
                result.settings(),
                result.models(),
                result.matrices(),
                result.skippedTensors(),
                findings,
                result.warnings());
    }

    /** Findings of stable rank and of the size of entries. */
    List<Finding> of(String model, List<MatrixMeasurement> rows) {
        Map<String, Values> own = new LinkedHashMap<>();
        Map<String, List<long[]>> shapes = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            if (counts(row.id())) {
                own.computeIfAbsent(row.kind(), kind -> new Values())
                        .add(row.shareOfGaussian(), row.frobeniusNorm() / Math.sqrt((double) row.rows() * row.cols()));
                shapes.computeIfAbsent(row.kind(), kind -> new ArrayList<>()).add(new long[] {row.rows(), row.cols()});
            }
        }
        List<Place> ranks = new ArrayList<>();
        List<Place> entries = new ArrayList<>();
        for (String kind : KINDS) {
            Values values = own.get(kind);
            if (values != null) {
                double random = NullModel.medianShare(shapes.getOrDefault(kind, List.of()))
                        .value();
                add(ranks, model, kind, Standing::share, values.standing().share(), random);
                add(entries, model, kind, Standing::entry, values.standing().entry(), Double.NaN);
            }
        }
        List<Finding> findings = new ArrayList<>();
        if (!ranks.isEmpty()) {
            findings.add(
                    finding(model, PREFIX + "stable-rank", "stable rank", "share of the Gaussian baseline", ranks));
        }
        if (!entries.isEmpty()) {
            findings.add(finding(model, PREFIX + "entries", "entry", "size of an entry, ‖A‖_F/√(rc),", entries));
        }
        return findings;
    }

    /**
     * A kind's place among the models.
     *
     * @param lowerThan share of the models that lie above
     * @param random the same of random weights of these shapes, NaN where they have no size of their own
     */
    private record Place(String kind, double value, double lowerThan, double random, int models) {
        double extreme() {
            return Math.max(lowerThan, 1 - lowerThan);
        }
    }

    private void add(
            List<Place> places,
            String model,
            String kind,
            ToDoubleFunction<Standing> quantity,
            double value,
            double random) {
        double[] others = models.entrySet().stream()
                .filter(entry ->
                        !entry.getKey().equals(model) && entry.getValue().containsKey(kind))
                .mapToDouble(entry -> quantity.applyAsDouble(entry.getValue().get(kind)))
                .filter(other -> !Double.isNaN(other))
                .toArray();
        if (others.length >= FEWEST && !Double.isNaN(value)) {
            places.add(new Place(
                    kind,
                    value,
                    above(others, value),
                    Double.isNaN(random) ? Double.NaN : above(others, random),
                    others.length));
        }
    }

    private static double above(double[] others, double value) {
        return (double) java.util.Arrays.stream(others)
                        .filter(other -> other > value)
                        .count()
                / others.length;
    }

    private Finding finding(String model, String id, String word, String quantity, List<Place> places) {
        Place first = places.stream()
                .reduce((a, b) -> b.extreme() > a.extreme() ? b : a)
                .orElseThrow();
        boolean low = first.lowerThan() >= 0.5;
        double share = low ? first.lowerThan() : 1 - first.lowerThan();
        Map<String, Double> numbers = new LinkedHashMap<>();
        List<String> each = new ArrayList<>();
        for (Place place : places) {
            numbers.put(place.kind() + "_lower_than", place.lowerThan());
            if (!Double.isNaN(place.random())) {
                numbers.put("null_" + place.kind() + "_lower_than", place.random());
            }
            numbers.put(place.kind() + "_models", (double) place.models());
            each.add(place.kind() + " lower than " + NumberText.percent(place.lowerThan()) + " of " + place.models());
        }
        return new Finding(
                model,
                "",
                id,
                Verdict.INFORMATION,
                NumberText.percent(share),
                String.format(
                        Locale.ROOT,
                        "The %s of %s is %s than in %s of the %d models of %s",
                        word,
                        first.kind(),
                        low ? "lower" : "higher",
                        NumberText.percent(share),
                        first.models(),
                        name),
                "median over layers of the " + quantity + " among the other models of " + name + ": "
                        + String.join(", ", each)
                        + (Double.isNaN(first.random())
                                ? ""
                                : "; random weights of these shapes would be lower than "
                                        + NumberText.percent(first.random()) + " in " + first.kind()),
                numbers);
    }
}
