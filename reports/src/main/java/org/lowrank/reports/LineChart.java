package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the parts of one panel go: margins, axes, marks, labels at the ends of lines. */
final class LineChart {
    private static final int LABEL_LIMIT = 9;
    private static final int LABEL_WIDTH_LIMIT = 84;
    private static final int MARKER_LIMIT = 40;
    private static final double LABEL_DISTANCE = 13;

    final PanelView view;
    final int width;
    final int height;
    final AxisScale x;
    final AxisScale y;
    final double left;
    final double right;
    final double top;
    final double bottom;
    private final Map<String, Integer> slots;

    /** A name of a baseline, right-aligned at a place by its line. */
    record BaselineName(String name, double x, double y) {}

    /** A label at the end of a line: where the line ends and where the label stands. */
    record End(String name, int slot, double x, double y, double placed) {}

    /**
     * Lays a panel out in a rectangle.
     *
     * @param shared vertical axis shared with other panels, or null for one of its own
     */
    LineChart(PanelView view, Map<String, Integer> slots, @Nullable AxisScale shared, int width, int height) {
        this.view = view;
        this.slots = slots;
        this.width = width;
        this.height = height;
        right = width - (labelsEnds(view.series()) ? 16 + labelWidth(named(view.series())) : 18);
        top = 8;
        bottom = height - 40;
        AxisScale vertical = shared != null ? shared : vertical(view, bottom - top);
        y = vertical.at(bottom, top);
        left = 30
                + y.ticks().labels().stream()
                        .mapToDouble(LineChart::width)
                        .max()
                        .orElse(10);
        x = AxisScale.horizontal(view.abscissae(), view.logX(), (int) Math.max(2, (right - left) / 42))
                .at(left, right)
                .withoutCrowdedLabels();
    }

    static AxisScale vertical(PanelView view, double height) {
        return AxisScale.vertical(view.ordinates(), view.logY(), (int) Math.max(2, height / 34));
    }

    /** Rough width of a label of 11 pixels. */
    static double width(String text) {
        return text.length() * 6.3;
    }

    /** Whether lines are named at their ends: where the names are short and few. Bars, areas and nothing else, are named by the legend. */
    static boolean labelsEnds(List<Report.Series> series) {
        List<Report.Series> named = named(series);
        return named.size() <= LABEL_LIMIT
                && !(named.size() > 1 && named.stream().allMatch(line -> line.style() == Report.Style.AREA))
                && labelWidth(named) <= LABEL_WIDTH_LIMIT
                && named.stream()
                        .noneMatch(
                                line -> line.style() == Report.Style.POINTS || line.style() == Report.Style.FORBIDDEN);
    }

    private static List<Report.Series> named(List<Report.Series> series) {
        return series.stream().filter(line -> line.style() != Report.Style.THIN).toList();
    }

    private static double labelWidth(List<Report.Series> series) {
        return series.stream()
                .mapToDouble(line -> line.name().length() * 8.2 + 5)
                .max()
                .orElse(0);
    }

    /** Whether so many bands lie over each other that each must be fainter. */
    boolean hasManyBands() {
        return view.series().stream().filter(series -> series.band() != null).count() > 4;
    }

    int slot(Report.Series series) {
        return slots.getOrDefault(series.name(), 0);
    }

    /** Whether the i-th point of a series has a place in the panel. */
    boolean shows(Report.Series series, int i) {
        return x.shows(series.x()[i]) && y.shows(series.y()[i]);
    }

    /** Whether the i-th point has a marker: every point of a short series, about twelve of a long one, never all at one x. */
    boolean marks(Report.Series series, int i) {
        return switch (series.style()) {
            case AREA, FORBIDDEN, THIN -> false;
            case POINTS -> shows(series, i);
            default -> shows(series, i) && isMarker(series.x().length, slot(series), i);
        };
    }

    static boolean isMarker(int points, int slot, int i) {
        if (slot >= Palette.SIZE) {
            return false; // many lines told apart by the ramp: markers would hide them
        }
        int every = points <= MARKER_LIMIT ? 1 : points / 12;
        return i % every == slot * every / Palette.SIZE;
    }

    /** Names of the baselines, each at its line where least runs through it. */
    List<BaselineName> baselineNames() {
        return BaselineNames.place(this);
    }

    /** Labels of the ends of the lines, none where only a legend can name them. */
    List<End> ends() {
        if (!labelsEnds(view.series())) {
            return List.of();
        }
        List<End> wanted = new ArrayList<>();
        for (Report.Series series : view.series()) {
            if (series.style() == Report.Style.POINTS || series.style() == Report.Style.THIN) {
                continue; // points end nowhere, and the legend names them
            }
            for (int i = series.x().length - 1; i >= 0; i--) {
                if (shows(series, i)) {
                    double pixel = y.clamped(series.y()[i]);
                    wanted.add(new End(series.name(), slot(series), x.pixel(series.x()[i]), pixel, pixel));
                    break;
                }
            }
        }
        double distance = Math.min(LABEL_DISTANCE, (bottom - top + 8) / Math.max(1, wanted.size()));
        double[] placed = EndLabels.place(wanted.stream().mapToDouble(End::y).toArray(), distance, top, bottom);
        List<End> ends = new ArrayList<>();
        for (int i = 0; i < placed.length; i++) {
            End end = wanted.get(i);
            ends.add(new End(end.name(), end.slot(), end.x(), end.y(), placed[i]));
        }
        return ends;
    }
}
