package org.lowrank.analyzer.output;

import org.lowrank.reports.Report.Shown;
import org.lowrank.reports.finding.Finding;

/** Findings of a saved result as those of a page. */
public final class Findings {
    private Findings() {}

    /**
     * A finding.
     *
     * @param evidence id of the section that shows it, or empty
     */
    public static Shown of(Finding finding, String evidence) {
        return new Shown(
                new Finding(
                        finding.model(),
                        finding.stack(),
                        finding.id(),
                        finding.verdict(),
                        finding.number(),
                        finding.statement(),
                        sentence(finding.detail()),
                        finding.numbers()),
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
