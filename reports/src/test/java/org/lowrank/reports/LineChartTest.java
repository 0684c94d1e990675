package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.Report.*;

class LineChartTest {
    private static LineChart chart(double... baselines) {
        List<Series> reference = java.util.Arrays.stream(baselines)
                .mapToObj(
                        y -> new Series("Gaussian " + y, new double[] {0, 11}, new double[] {y, y}, null, Style.DOTTED))
                .toList();
        Series line = new Series("Q", new double[] {0, 11}, new double[] {5, 10}, null, Style.SOLID);
        Axis layer = new Axis("Layer", false, false);
        Panel panel = new Panel("p", "p", layer, new Axis("Stable rank", false, true), List.of(line), reference);
        return new LineChart(PanelView.of(panel, 0, false, false, true), Map.of("Q", 0), null, 590, 340);
    }

    @Test
    void namesOfNearBaselinesDoNotCoverEachOtherOrALine() {
        LineChart chart = chart(13.9, 17.8, 18.0, 18.4);
        var names = chart.baselineNames();
        assertThat(names)
                .extracting(LineChart.BaselineName::name)
                .containsExactly("Gaussian 18.4", "Gaussian 18.0", "Gaussian 17.8", "Gaussian 13.9");
        assertThat(names.get(0).y()).as("above its line").isLessThan(chart.y.pixel(18.4));
        assertThat(names.get(1).y()).as("below its line").isGreaterThan(chart.y.pixel(18.0) + 8);
        assertThat(names.get(2).x())
                .as("beside the one before")
                .isLessThan(names.get(1).x());
        assertThat(names.get(3))
                .isEqualTo(
                        new LineChart.BaselineName("Gaussian 13.9", names.get(0).x(), chart.y.pixel(13.9) - 4));
    }

    /** As BERT's norms: 12 layers, M1's line on the line of equal entries, M2's below. The free place is over layers 1 to 3. */
    @Test
    void aBaselinesNameIsWhereNoLineRunsThroughIt() {
        double[] layers =
                java.util.stream.IntStream.range(0, 12).asDoubleStream().toArray();
        double[] near = {57, 60, 61, 62, 63, 62, 63, 60, 60, 61, 60, 60};
        double[] below = {40, 40, 41, 41, 40, 42, 44, 47, 50, 54, 58, 57};
        double[] level = new double[12];
        java.util.Arrays.fill(level, 60.2);
        Axis layer = new Axis("Layer", false, false);
        Panel panel = new Panel(
                "p",
                "p",
                layer,
                new Axis("norm", false, true),
                List.of(
                        new Series("M1", layers, near, null, Style.SOLID),
                        new Series("M2", layers, below, null, Style.SOLID)),
                List.of(new Series("equal entries M1", layers, level, null, Style.DOTTED)));
        LineChart chart =
                new LineChart(PanelView.of(panel, 0, false, false, true), Map.of("M1", 0, "M2", 1), null, 590, 340);
        LineChart.BaselineName name = chart.baselineNames().get(0);
        double width = LineChart.width(name.name());
        for (double[] line : List.of(near, below, level)) {
            for (double x = Math.max(name.x() - width, chart.left); x <= name.x(); x++) {
                double at = (x - chart.left) / (chart.right - chart.left) * 11;
                int i = Math.min(10, (int) at);
                double pixel = chart.y.pixel(line[i] + (at - i) * (line[i + 1] - line[i]));
                assertThat(pixel < name.y() - 9 || pixel > name.y() + 3)
                        .as("a line at %s, %s, the name at %s", x, pixel, name)
                        .isTrue();
            }
        }
        assertThat(name.x()).isBetween(chart.left + width, chart.right);
    }

    @Test
    void bandsDoNotPullTheAxisOfALossBelowZero() {
        Series loss =
                new Series("loss", new double[] {0, 1}, new double[] {0.1, 1}, new double[] {0.5, 0.2}, Style.SOLID);
        Axis axis = new Axis("x", false, false);
        Panel panel = new Panel("p", "p", axis, axis, List.of(loss));
        PanelView view = PanelView.of(panel, 0, false, false, false);
        assertThat(new LineChart(view, Map.of(), null, 590, 340).y.from()).isZero();
    }

    private static LineChart chart(boolean logarithmic, Series... series) {
        Axis x = new Axis("x", false, false);
        Panel panel = new Panel("p", "p", x, new Axis("y", logarithmic, false), List.of(series));
        return new LineChart(
                PanelView.of(panel, 0, false, logarithmic, false), Palette.slots(List.of(panel)), null, 590, 340);
    }

    /** The corners of the only filled area. */
    private static String area(LineChart chart) {
        String svg = LineChartSvg.draw(chart);
        Matcher area = Pattern.compile("class=\"band f\\d+\" d=\"([^\"]*)\"").matcher(svg);
        assertThat(area.find()).isTrue();
        return area.group(1);
    }

    @Test
    void forbiddenSideReachesToTheEndOfTheAxisAndDoesNotStretchIt() {
        double[] x = {0, 1};
        Series bound = new Series("right side", x, new double[] {2, 4}, null, Style.DOTTED);
        LineChart without = chart(false, bound);
        LineChart with = chart(false, bound, Series.forbidden("forbidden side", x, bound.y(), true));
        assertThat(with.y.from()).isEqualTo(without.y.from());
        assertThat(with.y.to()).isEqualTo(without.y.to());
        String top = Ink.number(with.top);
        assertThat(area(with))
                .isEqualTo("M" + Ink.number(with.left) + "," + top + "L" + Ink.number(with.right) + "," + top + "L"
                        + Ink.number(with.right) + "," + Ink.number(with.y.pixel(4)) + "L" + Ink.number(with.left) + ","
                        + Ink.number(with.y.pixel(2)) + "z");
        assertThat(with.ends()).as("a legend names it").isEmpty();
    }

    @Test
    void bandNeedNotBeSymmetric() {
        double[] x = {0, 1};
        Series line = new Series("loss", x, new double[] {1, 1}, null, Style.SOLID)
                .between(new double[] {0.1, 0.1}, new double[] {2, 2});
        LineChart chart = chart(true, line);
        assertThat(chart.y.from()).isLessThanOrEqualTo(0.1);
        assertThat(chart.y.to()).isGreaterThanOrEqualTo(2);
        assertThat(area(chart))
                .startsWith("M" + Ink.number(chart.left) + "," + Ink.number(chart.y.pixel(2)) + "L")
                .endsWith("L" + Ink.number(chart.left) + "," + Ink.number(chart.y.pixel(0.1)) + "z");
    }

    @Test
    void thinLinesHaveTheColourOfTheLineOfTheirName() {
        double[] x = {0, 1};
        double[] y = {1, 2};
        Series draw = new Series("loss", x, new double[] {1, 1.5}, null, Style.THIN);
        LineChart chart = chart(
                false,
                new Series("other", x, y, null, Style.SOLID),
                new Series("loss", x, y, null, Style.SOLID),
                draw,
                new Series("model 7", x, y, null, Style.THIN));
        assertThat(chart.slot(draw)).isEqualTo(1);
        assertThat(LineChartSvg.draw(chart)).contains("class=\"line s1 thin\"").contains("class=\"line s20 thin\"");
        assertThat(chart.ends()).extracting(LineChart.End::name).containsExactly("other", "loss");
    }
}
