package org.lowrank.trainer.output;

import java.util.List;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.ExperimentSettings;

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

    /** Figures, with the findings they are the evidence of below them. */
    List<Section> figures(S settings, CurveSet curves, List<Finding> findings);

    /** What a reader should know before quoting a number. */
    List<String> notes(S settings);

    /** How the data are labelled. */
    default String labels(S settings) {
        return "sign(sin(c·wᵀx)), w from N(0, I), x from N(0, Σ) projected onto the unit sphere";
    }
}
