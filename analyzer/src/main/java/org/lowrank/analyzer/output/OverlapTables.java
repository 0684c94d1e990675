package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.overlap.Distribution;
import org.lowrank.analyzer.overlap.MergeBound;
import org.lowrank.analyzer.overlap.TextOverlap;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.TableSection;

/** Tables of an overlap: the distribution, the bound, and the tokens behind them. */
final class OverlapTables {
    private OverlapTables() {}

    /** A row per statistic, a column per set of tokens. */
    static TableSection numbers(TextOverlap overlap) {
        List<Column> columns = new ArrayList<>(List.of(new Column("Statistic", false)));
        List<Distribution> sets = new ArrayList<>();
        Distribution distinct = overlap.distinct();
        if (distinct != null) {
            columns.add(new Column("Tokens of one text only", true));
            sets.add(distinct);
        }
        columns.add(new Column("All tokens", true));
        sets.add(overlap.all());
        List<List<Cell>> rows = new ArrayList<>(List.of(
                row("Pairs", sets, Distribution::pairs, 0),
                row("Pairs by use", sets, Distribution::uses, 0),
                row("Mean", sets, Distribution::mean, 4),
                row("Standard deviation", sets, Distribution::sd, 4),
                row("Smallest", sets, Distribution::min, 4),
                row("Largest", sets, Distribution::max, 4),
                row("ε", sets, Distribution::epsilon, 4)));
        for (int i = 0; i < Distribution.ABSOLUTE_LEVELS.size(); i++) {
            int at = i;
            String level = NumberText.exact(Distribution.ABSOLUTE_LEVELS.get(i) * 100);
            rows.add(row(
                    level + " % quantile of |⟨x, x'⟩|",
                    sets,
                    set -> set.absoluteQuantiles().get(at),
                    4));
        }
        for (int i = 0; i < Distribution.THRESHOLDS.size(); i++) {
            int at = i;
            String threshold = NumberText.exact(Distribution.THRESHOLDS.get(i));
            rows.add(row(
                    "Share above " + threshold, sets, set -> set.sharesAbove().get(at), 4));
        }
        return new TableSection(
                "numbers",
                "The distribution in numbers",
                "Quantiles and shares are weighted by use; quantiles to 10⁻⁵.",
                columns,
                rows,
                false);
    }

    private static List<Cell> row(
            String name, List<Distribution> sets, ToDoubleFunction<Distribution> value, int decimals) {
        List<Cell> cells = new ArrayList<>(List.of(Cells.text(name)));
        sets.forEach(set -> cells.add(Cells.number(value.applyAsDouble(set), decimals)));
        return cells;
    }

    static TableSection bounds(TextOverlap overlap) {
        List<Column> columns = new ArrayList<>(List.of(
                new Column("Set", false),
                new Column("ε is", false),
                new Column("ε", true),
                new Column("λ", true),
                new Column("ε/λ", true)));
        MergeBound.STEPS.forEach(step -> columns.add(new Column("t = " + Cells.count(step), true)));
        List<List<Cell>> rows = new ArrayList<>();
        for (MergeBound bound : overlap.bounds()) {
            List<Cell> cells = new ArrayList<>(List.of(
                    Cells.text(bound.set().equals("all") ? "all tokens" : "tokens of one text only"),
                    Cells.text(statistic(bound.statistic())),
                    Cells.number(bound.epsilon(), 4),
                    Cells.exact(bound.lambda()),
                    Cells.significant(bound.limit(), 4)));
            bound.bounds().forEach(value -> cells.add(Cells.significant(value, 4)));
            rows.add(cells);
        }
        return new TableSection(
                "bounds",
                "Corollary 1 in numbers",
                "‖W'_0 x‖(1 − ηλ)^t + ε(1 − (1 − ηλ)^t)/λ with η = " + NumberText.exact(overlap.learningRate())
                        + " and ‖W'_0 x‖ = " + NumberText.exact(overlap.initialNorm()) + ".",
                columns,
                rows,
                true);
    }

    /** {@code max} or {@code quantile 0.99}, in words. */
    private static String statistic(String name) {
        if (!name.startsWith("quantile ")) {
            return "the largest";
        }
        return NumberText.exact(100 * Double.parseDouble(name.substring("quantile ".length()))) + " % quantile";
    }

    static TableSection closest(TextOverlap overlap) {
        List<List<Cell>> rows = overlap.closest().stream()
                .map(pair -> List.of(
                        Cells.text(pair.tokenA()),
                        Cells.text(pair.tokenB()),
                        Cells.number(pair.innerProduct(), 4),
                        Cells.number(pair.uses(), 0)))
                .toList();
        return new TableSection(
                "closest",
                "The closest tokens",
                "Pairs of largest |⟨x, x'⟩|" + (overlap.distinct() == null ? "." : " among tokens of one text only."),
                List.of(
                        new Column("Token of A", false),
                        new Column("Token of B", false),
                        new Column("⟨x, x'⟩", true),
                        new Column("Uses", true)),
                rows,
                true);
    }

    static TableSection shared(TextOverlap overlap) {
        List<List<Cell>> rows = overlap.shared().stream()
                .map(token -> List.of(
                        Cells.text(token.token()),
                        Cells.number(token.id(), 0),
                        Cells.number(token.usesA(), 0),
                        Cells.number(token.usesB(), 0)))
                .toList();
        return new TableSection(
                "shared",
                "Tokens of both texts",
                "The most used ones. Special tokens that a model adds to every input are shared too, and left out here.",
                List.of(
                        new Column("Token", false),
                        new Column("Id", true),
                        new Column("Uses in A", true),
                        new Column("Uses in B", true)),
                rows,
                true);
    }
}
