package org.lowrank.cli;

import java.util.Locale;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.survey.population.SurveyResult;

/** A survey for people: how many models, and what was found of them. */
final class SurveySummary {
    private SurveySummary() {}

    static String of(SurveyResult result) {
        StringBuilder text = new StringBuilder();
        int measured = result.measured().size();
        int failed = result.models().size() - measured;
        long matrices = result.measured().stream()
                .mapToLong(model -> model.counts().matrices())
                .sum();
        text.append(String.format(
                Locale.ROOT,
                "%d models measured%s, %d matrices%n%n",
                measured,
                failed == 0 ? "" : ", " + failed + " failed",
                matrices));
        for (Finding finding : result.findings()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %s %-10s %s%n",
                    finding.verdict().sign(),
                    finding.number(),
                    ForeignText.line(finding.statement())));
        }
        return text.append(System.lineSeparator()).toString();
    }
}
