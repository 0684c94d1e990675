package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.finding.Verdict;

/**
 * What the template needs beside the report: everything that is not text.
 *
 * @param policy the Content-Security-Policy: nothing is loaded, and only this style and this script run
 */
record Page(
        Report report,
        Map<String, Figure> figures,
        String style,
        List<String> scripts,
        String policy,
        String downloadData,
        String figureData) {

    /** As in the style sheet's rule for paper. */
    private static final int PRINTED_ROWS = 100;

    /** A file in the download menu. */
    record Choice(String key, String label, String fileName) {}

    List<Choice> downloads() {
        List<Choice> choices = new ArrayList<>();
        Report.Download csv = PageData.embedded(report.csv());
        if (csv != null) {
            choices.add(new Choice("csv", "CSV", csv.fileName()));
        }
        Report.Download json = PageData.embedded(report.json());
        if (json != null) {
            choices.add(new Choice("json", "JSON", json.fileName()));
        }
        return choices;
    }

    Figure figure(Report.FigureSection section) {
        return Objects.requireNonNull(figures.get(section.id()));
    }

    static String verdict(Verdict verdict) {
        return switch (verdict) {
            case HOLDS -> "Holds";
            case ROUGHLY -> "Roughly";
            case EXCEPTION -> "Exception";
            case INFORMATION -> "Measured";
            case INDISTINGUISHABLE -> "As random";
            case UNDECIDED -> "Undecided";
        };
    }

    static String verdictClass(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    /** Sections before the findings: up to the first figure, where that is the first or, after a table of models, the second. */
    List<Report.Section> before() {
        List<Report.Section> sections = report.sections();
        for (int i = 0; i < Math.min(2, sections.size()); i++) {
            if (sections.get(i) instanceof Report.FigureSection) {
                return sections.subList(0, i + 1);
            }
        }
        return List.of();
    }

    /** Sections after the findings. */
    List<Report.Section> after() {
        return report.sections().subList(before().size(), report.sections().size());
    }

    static String rows(int count) {
        return count == 1 ? "1 row" : count + " rows";
    }

    static String filterHint(Report.TableSection table) {
        return table.columns().stream().anyMatch(column -> column.title().equals("Layer"))
                ? "M2, or layer 3"
                : "part of a name";
    }

    /** The row's layer, by which it is marked together with the figures, or null. */
    static @Nullable String layer(Report.TableSection table, List<Report.Cell> row) {
        for (int i = 0; i < row.size(); i++) {
            if (table.columns().get(i).title().equals("Layer")) {
                return row.get(i).text();
            }
        }
        return null;
    }

    /**
     * Numbers align right; long text may wrap (a name without spaces anywhere), everything else stays on its line. In wide
     * tables words wrap sooner.
     */
    static @Nullable String cellClass(Report.TableSection table, int column, Report.Cell cell) {
        Verdict verdict = cell.verdict();
        if (verdict != null) {
            return "judged " + verdictClass(verdict);
        }
        if (table.columns().get(column).numeric()) {
            return "n";
        }
        boolean words = cell.text().contains(" ");
        boolean wraps = cell.text().length() > (words && isWide(table) ? 16 : 40);
        return !wraps ? null : words ? "w" : "w name";
    }

    /** Whether a screen has room for its columns only where words wrap early. */
    static boolean isWide(Report.TableSection table) {
        return table.columns().size() > 8;
    }

    /** Whether paper shows the beginning of it only: nobody reads hundreds of rows there, and the files have them all. */
    static boolean isCutOnPaper(Report.TableSection table) {
        return table.rows().size() > 2 * PRINTED_ROWS;
    }

    static String cutOnPaper(Report.TableSection table) {
        return "The first " + PRINTED_ROWS + " of "
                + NumberText.decimals(table.rows().size(), 0) + " rows; the page and the CSV file have them all.";
    }

    /** How tightly its columns are set. */
    static String density(Report.TableSection table) {
        return table.columns().size() > 10 ? " many" : isWide(table) ? " tight" : "";
    }

    /** The exact value behind a rounded cell; null where the text says it already. */
    static @Nullable String sortValue(Report.Cell cell) {
        Double value = cell.value();
        if (value == null) {
            return null;
        }
        String exact = value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString(Math.round(value))
                : Double.toString(value);
        return exact.equals(cell.text()) ? null : exact;
    }

    static boolean isShare(Report.TableSection table, int column, List<Report.Cell> row) {
        Double value = row.get(column).value();
        return table.columns().get(column).title().startsWith("Share") && value != null && value >= 0 && value <= 1;
    }

    static String barWidth(Report.Cell cell) {
        Double value = cell.value();
        return Ink.number(value == null ? 0 : 40 * value);
    }
}
