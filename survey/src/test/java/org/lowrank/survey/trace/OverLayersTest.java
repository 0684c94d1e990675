package org.lowrank.survey.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.Band;
import org.lowrank.reports.Report.Series;

class OverLayersTest {
    @Test
    void aLineIsTheMedianOverLayersAndItsBandMostOfThem() {
        OverLayers layers = new OverLayers();
        for (double value : new double[] {3, 1, 4, 1, 5}) {
            layers.add("O", 100, value);
        }
        layers.add("O", 10, 2);
        layers.add("O", 10, Double.NaN);
        layers.add("M1", 10, 7);

        List<Series> lines = layers.lines();

        assertThat(lines).extracting(Series::name).containsExactly("O", "M1");
        assertThat(lines.get(0).x()).containsExactly(10, 100);
        assertThat(lines.get(0).y()).containsExactly(2, 3);
        // numpy.percentile([3, 1, 4, 1, 5], [10, 90]) = [1., 4.6]
        Band band = lines.get(0).band();
        assertThat(band).isNotNull();
        assertThat(band.low()).containsExactly(2, 1);
        assertThat(band.high()).containsExactly(2, 4.6);
        assertThat(lines.get(1).band()).isNull();
    }
}
