package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.lowrank.analyzer.measurement.Medians;
import org.lowrank.machine.statistics.Quantiles;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** Statements about a population of models that follow from its numbers by declared thresholds, beside what random weights give. */
final class PopulationFindings {
    /** An entry of O within this factor of the others' is of their size. */
    static final double EQUAL_ENTRY = 1.25;

    /** From this share of the models on, the norm of O is said to be a matter of shape. */
    private static final double BY_SHAPE = 0.9;

    /** Models told by name. */
    private static final int SHOWN = 4;

    private final Population population;

    private PopulationFindings(Population population) {
        this.population = population;
    }

    /** All that the models allow. */
    static List<Finding> of(List<SurveyedModel> models) {
        List<Finding> findings = new ArrayList<>();
        Population population = new Population(models);
        PopulationFindings all = new PopulationFindings(population);
        if (!population.subjects().isEmpty()) {
            findings.addAll(ShareFindings.of(population));
            all.output(findings);
            WidthFinding.of(population).ifPresent(findings::add);
            findings.add(outliers(models));
            all.relatives(findings);
        }
        return findings;
    }

    /** The paper's open observation: the norm of O is unlike those of QKV, M1 and M2. What of it is its shape? */
    private void output(List<Finding> findings) {
        List<OutputSize> sizes = OutputSize.of(population);
        if (sizes.isEmpty()) {
            return;
        }
        double[] norms = sizes.stream().mapToDouble(OutputSize::normRatio).toArray();
        double[] shapes = sizes.stream().mapToDouble(OutputSize::shapeRatio).toArray();
        double[] entries = sizes.stream().mapToDouble(OutputSize::entryRatio).toArray();
        long byShape = Arrays.stream(entries)
                .filter(ratio -> Math.abs(Math.log(ratio)) <= Math.log(EQUAL_ENTRY))
                .count();
        boolean shape = byShape >= BY_SHAPE * entries.length;
        findings.add(Finding.of(
                "population-output",
                shape ? Verdict.INDISTINGUISHABLE : Verdict.EXCEPTION,
                byShape + " of " + entries.length,
                shape
                        ? "The norm of O differs from the others' as its shape makes it: an entry of O is as large as theirs"
                        : "The norm of O is a matter of its shape in " + byShape + " of " + entries.length
                                + " " + population.members() + "; an entry of O is " + times(Medians.of(entries))
                                + " the others' in the median model",
                "norm of O over the geometric mean of QKV, M1 and M2 (medians over layers): " + times(Medians.of(norms))
                        + " in the median model, where equal entries of these shapes give " + times(Medians.of(shapes))
                        + "; per entry (‖A‖_F/√(rc)) " + times(Medians.of(entries)) + ", from "
                        + times(Quantiles.of(0, entries))
                        + " to " + times(Quantiles.of(1, entries)) + "; within ×1.25 in " + byShape + " of "
                        + entries.length + " " + population.members() + ". The paper leaves a different O open",
                numbers(
                        "models",
                        (double) entries.length,
                        "models_by_shape",
                        (double) byShape,
                        "null_models_by_shape",
                        (double) entries.length,
                        "norm_ratio",
                        Medians.of(norms),
                        "null_norm_ratio",
                        Medians.of(shapes),
                        "entry_ratio",
                        Medians.of(entries),
                        "null_entry_ratio",
                        1.0)));
    }

    private static Finding outliers(List<SurveyedModel> models) {
        List<SurveyedModel> measured = models.stream()
                .filter(model -> model.status() == SurveyedModel.Status.MEASURED)
                .toList();
        List<SurveyedModel> having =
                measured.stream().filter(model -> !model.outliers().isEmpty()).toList();
        long layers =
                having.stream().mapToLong(model -> model.outliers().size()).sum();
        String examples = having.stream()
                .limit(SHOWN)
                .map(model -> {
                    SurveyedModel.OutlierLayer first = model.outliers().get(0);
                    return model.model() + ": " + first.matrix() + " in layer " + first.layer() + ", "
                            + first.quantity() + " " + NumberText.significant(first.value(), 3) + " beside "
                            + NumberText.significant(first.median(), 3);
                })
                .collect(Collectors.joining("; "));
        return Finding.of(
                "population-outliers",
                having.isEmpty() ? Verdict.INDISTINGUISHABLE : Verdict.EXCEPTION,
                having.size() + " of " + measured.size(),
                having.isEmpty()
                        ? "No layer stands out from the others of its model, as none does in random weights"
                        : having.size() + " of " + measured.size()
                                + " models have layers that stand out from the others of their kind",
                examples(having.size(), examples)
                        + "six robust deviations and a factor of 1.25 from the median of their kind, as in a model's own report; random "
                        + "weights have none",
                numbers(
                        "models", (double) measured.size(),
                        "models_with_outliers", (double) having.size(),
                        "null_models_with_outliers", 0.0,
                        "outliers", (double) layers,
                        "null_outliers", 0.0));
    }

    private void relatives(List<Finding> findings) {
        Relatives all = new Relatives(population.subjects());
        List<Relatives.Nearest> nearest = all.nearest();
        if (nearest.isEmpty()) {
            return;
        }
        List<Relatives.Nearest> close =
                nearest.stream().filter(Relatives.Nearest::isClose).toList();
        String examples = close.stream()
                .limit(SHOWN)
                .map(one -> one.subject().title() + " and " + one.relative().title() + " ("
                        + NumberText.percent(one.distance()) + ")")
                .collect(Collectors.joining("; "));
        findings.add(Finding.of(
                "population-relatives",
                Verdict.INFORMATION,
                close.size() + " of " + nearest.size(),
                close.isEmpty()
                        ? "No model has the norms of another, layer by layer"
                        : close.size() + " of " + nearest.size() + " " + population.members()
                                + " have the norms of another, layer by layer, as one derived from it has",
                examples(close.size(), examples)
                        + "root mean square relative difference of norms at most 10 %, and at most half of what it is with the layers "
                        + "in random order; random weights have norms alike in any order, so none"
                        + all.compared(),
                numbers(
                        "models",
                        (double) nearest.size(),
                        "close_models",
                        (double) close.size(),
                        "null_close_models",
                        0.0,
                        "median_nearest_distance",
                        Medians.of(nearest.stream()
                                .mapToDouble(Relatives.Nearest::distance)
                                .toArray()))));
    }

    /** Not at the head of the detail, whose first letter a page makes a capital: a name is written as it is. */
    private static String examples(int of, String named) {
        return named.isEmpty() ? "" : (of > SHOWN ? "for instance " : "namely ") + named + "; ";
    }

    /** Names and values in turn. */
    static Map<String, Double> numbers(Object... namesAndValues) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            numbers.put((String) namesAndValues[i], (Double) namesAndValues[i + 1]);
        }
        return numbers;
    }

    private static String times(double ratio) {
        return "× " + NumberText.decimals(ratio, 2);
    }
}
