package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
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

    @Test
    void bandsDoNotPullTheAxisOfALossBelowZero() {
        Series loss =
                new Series("loss", new double[] {0, 1}, new double[] {0.1, 1}, new double[] {0.5, 0.2}, Style.SOLID);
        Axis axis = new Axis("x", false, false);
        Panel panel = new Panel("p", "p", axis, axis, List.of(loss));
        PanelView view = PanelView.of(panel, 0, false, false, false);
        assertThat(new LineChart(view, Map.of(), null, 590, 340).y.from()).isZero();
    }
}
