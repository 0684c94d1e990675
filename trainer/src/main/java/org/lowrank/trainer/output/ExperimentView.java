package org.lowrank.trainer.output;

import java.util.List;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.ExperimentSettings;
import org.lowrank.trainer.experiment.Precision;

/** What one experiment says and shows, from its settings and curves alone. One class per kind of settings. */
interface ExperimentView<S extends ExperimentSettings> {
    /** The settings it is for. */
    Class<S> settings();

    /** The first column of the CSV files. */
    String name(S settings);

    /** Of the page. */
    String title(S settings);

    /** The line of key values. */
    List<Card> cards(S settings);

    /** Statements with their verdicts. */
    List<Finding> findings(S settings, CurveSet curves);

    /** What a reader gets in ten seconds: one or two of the findings, under the page's title. */
    default List<Finding> leading(List<Finding> findings) {
        return findings.subList(0, Math.min(2, findings.size()));
    }

    /** Figures, with the findings they are the evidence of below them. */
    List<Section> figures(S settings, CurveSet curves, List<Finding> findings);

    /** What a reader should know before quoting a number. */
    List<String> notes(S settings);

    /** Objective, update and arithmetic. */
    default List<Fact> training(S settings) {
        String arithmetic = settings.precision() == Precision.FLOAT32
                ? "descent in float with W = (1 − ηλ)^t V, the factor in double; all metrics in double"
                : "descent and metrics in double";
        return List.of(
                new Fact("Objective", "L(θ) + (λ/2)‖θ‖², L the mean of ln(1 + e^{−y f(x)})", false),
                new Fact("Update", "W_k ← (1 − ηλ) W_k − η ∂L/∂W_k for every layer, no biases, φ′(0) = 0", false),
                new Fact("Arithmetic", arithmetic, false));
    }

    /** How the data are labelled. */
    default String labels(S settings) {
        return "sign(sin(c·wᵀx)), w from N(0, I), x from N(0, Σ) projected onto the unit sphere";
    }
}
