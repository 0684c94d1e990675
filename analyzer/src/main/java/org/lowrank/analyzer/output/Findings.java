package org.lowrank.analyzer.output;

import org.lowrank.analyzer.measurement.ModelFinding;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Finding;

/** Findings of a saved result as those of a page. */
final class Findings {
    private Findings() {}

    /**
     * A finding.
     *
     * @param evidence id of the section that shows it, or empty
     */
    static Finding of(ModelFinding finding, String evidence) {
        return new Finding(
                Report.Verdict.valueOf(finding.verdict().name()),
                finding.number(),
                finding.statement(),
                sentence(finding.detail()),
                evidence);
    }

    /** With a capital, unless it starts with a symbol of the field such as σ, and a full stop. */
    private static String sentence(String text) {
        if (text.isEmpty()) {
            return text;
        }
        String first = text.codePointAt(0) > 127
                ? text.substring(0, 1)
                : text.substring(0, 1).toUpperCase(java.util.Locale.ROOT);
        return first + text.substring(1) + (text.endsWith(".") ? "" : ".");
    }
}
