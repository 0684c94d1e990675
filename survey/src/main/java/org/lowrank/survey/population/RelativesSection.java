package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.GroupSection;
import org.lowrank.reports.Report.HeatGrid;
import org.lowrank.reports.Report.HeatMap;
import org.lowrank.reports.Report.HeatMapSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.TableSection;

/** Which models are near one another by their norms: an ordered table of distances, and each one's nearest relative. */
final class RelativesSection {
    /** Models in the table of distances. */
    private static final int MOST_CELLS = 60;

    private static final int MOST_ROWS = 2000;

    private RelativesSection() {}

    /** None where there are fewer than two models. */
    static List<Section> of(Population population) {
        Relatives relatives = new Relatives(population.subjects());
        List<Relatives.Nearest> nearest = relatives.nearest();
        if (nearest.isEmpty()) {
            return List.of();
        }
        return List.of(new GroupSection(
                "relatives",
                "Nearest relatives",
                List.of(distances(population, nearest), table(nearest, relatives.compared()))));
    }

    private static HeatMapSection distances(Population population, List<Relatives.Nearest> nearest) {
        List<Subject> shown = population.subjects();
        if (shown.size() > MOST_CELLS) {
            shown = nearest.stream()
                    .sorted(Comparator.comparingDouble(Relatives.Nearest::distance))
                    .limit(MOST_CELLS)
                    .map(Relatives.Nearest::subject)
                    .toList();
        }
        double[][] distance = new Relatives(shown).distance();
        List<Integer> order = Relatives.order(distance);
        Set<String> pairs = nearest.stream()
                .filter(Relatives.Nearest::isClose)
                .flatMap(one -> Stream.of(pair(one.subject(), one.relative()), pair(one.relative(), one.subject())))
                .collect(Collectors.toSet());
        int n = order.size();
        double[][] percent = new double[n][n];
        boolean[][] close = new boolean[n][n];
        List<String> names = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Subject row = shown.get(order.get(i));
            names.add(row.title());
            for (int j = 0; j < n; j++) {
                Subject column = shown.get(order.get(j));
                percent[i][j] = 100 * distance[order.get(i)][order.get(j)];
                close[i][j] = pairs.contains(pair(row, column));
            }
        }
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= n; i++) {
            columns.add(Integer.toString(i));
        }
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            rows.add((i + 1) + " " + names.get(i));
        }
        return new HeatMapSection(
                "distances",
                "Distances",
                "Root mean square relative difference of norms in per cent, matrix by matrix over depth; models in the order of average"
                        + " linkage, so that relatives are neighbours. Framed: near, and layer by layer."
                        + (population.subjects().size() > n ? " The " + n + " models with the nearest relatives." : ""),
                List.of(new HeatGrid(
                        "", rows, columns, List.of(new HeatMap("Distance in %", percent).marking(close)))));
    }

    private static String pair(Subject a, Subject b) {
        return a.title() + "\n" + b.title();
    }

    private static TableSection table(List<Relatives.Nearest> nearest, String compared) {
        List<List<Cell>> rows = nearest.stream()
                .sorted(Comparator.comparingDouble(Relatives.Nearest::distance))
                .limit(MOST_ROWS)
                .map(one -> List.of(
                        SurveyReport.text(one.subject().title()),
                        SurveyReport.text(one.relative().title()),
                        percent(one.distance()),
                        percent(one.shuffled()),
                        SurveyReport.text(one.sameShapes() ? "yes" : "no"),
                        SurveyReport.text(one.isClose() ? "layer by layer" : "")))
                .toList();
        return new TableSection(
                "nearest",
                "Nearest relative of each model",
                "Near and layer by layer: at most 10 %, and at most half of the distance with the relative's layers in random order"
                        + compared
                        + "."
                        + (nearest.size() > MOST_ROWS
                                ? " The " + MOST_ROWS + " nearest of " + nearest.size() + "; the finding counts all."
                                : ""),
                List.of(
                        new Column("Model", false),
                        new Column("Nearest relative", false),
                        new Column("Distance, %", true),
                        new Column("In random order, %", true),
                        new Column("Same shapes", false),
                        new Column("Alike", false)),
                rows,
                true);
    }

    private static Cell percent(double share) {
        return SurveyReport.number(100 * share, NumberText.decimals(100 * share, 2));
    }
}
