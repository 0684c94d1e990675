package org.lowrank.reports;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places the names of a panel's baselines: each at its line, above or below, as far right as no other line, marker or name
 * runs through it; where every place is crossed, where least is.
 */
final class BaselineNames {
    private static final double ABOVE = 4;
    private static final double BELOW = 12;
    private static final double ASCENT = 9;
    private static final double DESCENT = 3;
    private static final double STEP = 8;
    private static final double SPACE = 8;

    /** What a pixel further left costs, and the side below, beside a pixel of a line that runs through the name. */
    private static final double LEFTWARDS = 0.02;

    private static final double BELOW_COSTS = 1;

    /** A marker hides about two letters. */
    private static final double MARKER = 14;

    private final LineChart chart;
    private final List<Line> lines = new ArrayList<>();
    private final List<Box> placed = new ArrayList<>();

    /** A line's visible points in pixels, NaN between its stretches, and which of them have markers. */
    private record Line(double[] x, double[] y, boolean[] marked) {
        /** Smallest and largest y over a stretch of the axis. */
        double[] reach(double from, double to) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < x.length; i++) {
                boolean before = i > 0 && x[i - 1] <= to && x[i] >= from;
                boolean after = i + 1 < x.length && x[i] <= to && x[i + 1] >= from;
                if (before || after) {
                    low = Math.min(low, y[i]);
                    high = Math.max(high, y[i]);
                }
            }
            return new double[] {low, high};
        }
    }

    private record Box(double left, double top, double right, double bottom) {
        boolean touches(Box other) {
            return left < other.right + SPACE && other.left < right + SPACE && top < other.bottom && other.top < bottom;
        }

        boolean holds(double x, double y) {
            return x >= left - 4 && x <= right + 4 && y >= top - 4 && y <= bottom + 4;
        }

        /** Pixels of a straight line inside, by Liang and Barsky's clipping. */
        double inside(double x0, double y0, double x1, double y1) {
            double dx = x1 - x0;
            double dy = y1 - y0;
            double enter = 0;
            double leave = 1;
            double[][] sides = {{-dx, x0 - left}, {dx, right - x0}, {-dy, y0 - top}, {dy, bottom - y0}};
            for (double[] side : sides) {
                if (side[0] == 0) {
                    leave = side[1] < 0 ? -1 : leave;
                } else if (side[0] < 0) {
                    enter = Math.max(enter, side[1] / side[0]);
                } else {
                    leave = Math.min(leave, side[1] / side[0]);
                }
            }
            return leave > enter ? (leave - enter) * Math.hypot(dx, dy) : 0;
        }
    }

    private BaselineNames(LineChart chart) {
        this.chart = chart;
        chart.view.series().stream()
                .filter(series -> !series.style().isArea())
                .forEach(series -> lines.add(line(series)));
    }

    /** The names from the topmost baseline to the lowest. */
    static List<LineChart.BaselineName> place(LineChart chart) {
        BaselineNames names = new BaselineNames(chart);
        List<Report.Series> references = chart.view.reference().stream()
                .filter(series -> series.y().length > 0 && chart.y.shows(series.y()[series.y().length - 1]))
                .sorted(Comparator.comparingDouble(series -> -series.y()[series.y().length - 1]))
                .toList();
        references.forEach(series -> names.lines.add(names.line(series)));
        int first = names.lines.size() - references.size();
        List<LineChart.BaselineName> result = new ArrayList<>();
        for (int i = 0; i < references.size(); i++) {
            result.add(names.best(references.get(i).name(), first + i));
        }
        return result;
    }

    private Line line(Report.Series series) {
        int count = series.x().length;
        Line line = new Line(new double[count], new double[count], new boolean[count]);
        for (int i = 0; i < count; i++) {
            boolean shown = chart.shows(series, i);
            line.x[i] = shown ? chart.x.pixel(series.x()[i]) : Double.NaN;
            line.y[i] = shown ? chart.y.clamped(series.y()[i]) : Double.NaN;
            line.marked[i] = series.style() != Report.Style.DOTTED && chart.marks(series, i);
        }
        return line;
    }

    private LineChart.BaselineName best(String name, int number) {
        Line own = lines.get(number);
        double width = LineChart.width(name);
        double rightmost = chart.right - 2;
        double least = Double.POSITIVE_INFINITY;
        LineChart.BaselineName best = null;
        Box taken = null;
        for (double right = rightmost; best == null || right - width >= chart.left; right -= STEP) {
            double[] reach = own.reach(right - width, right);
            for (boolean above : new boolean[] {true, false}) {
                double at = above ? reach[0] - ABOVE : reach[1] + BELOW;
                if (!Double.isFinite(at)) { // the line ends before it gets here
                    at = own.y[own.y.length - 1] - ABOVE;
                }
                Box box = new Box(right - width, at - ASCENT, right, at + DESCENT);
                double cost = crossed(box, number) + LEFTWARDS * (rightmost - right) + (above ? 0 : BELOW_COSTS);
                if (cost < least) {
                    least = cost;
                    best = new LineChart.BaselineName(name, right, at);
                    taken = box;
                }
            }
        }
        placed.add(taken);
        return best;
    }

    /** Pixels of lines and markers that lie over a box; more than any line has where another name or the panel's edge does. */
    private double crossed(Box box, int own) {
        double cost = 0;
        for (int k = 0; k < lines.size(); k++) {
            Line line = lines.get(k);
            for (int i = 0; k != own && i < line.x.length; i++) {
                cost += i > 0 && Double.isFinite(line.x[i - 1] + line.x[i])
                        ? box.inside(line.x[i - 1], line.y[i - 1], line.x[i], line.y[i])
                        : 0;
                cost += line.marked[i] && box.holds(line.x[i], line.y[i]) ? MARKER : 0;
            }
        }
        boolean outside = box.top < chart.top - ASCENT || box.bottom > chart.bottom;
        return placed.stream().anyMatch(box::touches) || outside ? cost + 1e5 : cost;
    }
}
