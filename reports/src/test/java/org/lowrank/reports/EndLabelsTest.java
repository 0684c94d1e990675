package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EndLabelsTest {
    @Test
    void labelsWithRoomStayAtTheirLines() {
        assertThat(EndLabels.place(new double[] {100, 20, 60}, 13, 0, 200)).containsExactly(100, 20, 60);
    }

    @Test
    void collidingLabelsSpreadAroundTheirMean() {
        // 50 and 52 want the same place: their mean 51, half a distance up and down
        assertThat(EndLabels.place(new double[] {50, 52}, 10, 0, 200)).containsExactly(46, 56);
    }

    @Test
    void labelsNeverCoverEachOtherNorLeaveThePanel() {
        Random random = new Random(1);
        for (int trial = 0; trial < 500; trial++) {
            double[] wanted = random.doubles(1 + random.nextInt(12), -20, 220).toArray();
            double[] placed = EndLabels.place(wanted, 13, 0, 200);
            double[] sorted = placed.clone();
            Arrays.sort(sorted);
            for (int i = 1; i < sorted.length; i++) {
                assertThat(sorted[i] - sorted[i - 1]).isGreaterThanOrEqualTo(13 - 1e-9);
            }
            assertThat(sorted[0]).isCloseTo(Math.max(0, sorted[0]), within(1e-9));
            assertThat(sorted[sorted.length - 1]).isLessThanOrEqualTo(200 + 1e-9);
        }
    }
}
