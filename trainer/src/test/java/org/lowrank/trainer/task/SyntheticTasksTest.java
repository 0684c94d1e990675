package org.lowrank.trainer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SyntheticTasksTest {
    @Test
    void orthogonalTasksLiveOnTheTwoHalvesOfTheSphere() {
        TaskPair pair = SyntheticTasks.orthogonal(30, 10, 1, 0, 0);
        for (int i = 0; i < 30; i++) {
            double square = 0;
            for (int j = 0; j < 5; j++) {
                assertThat(pair.first().inputs()[i * 10 + 5 + j]).isZero();
                assertThat(pair.second().inputs()[i * 10 + j]).isZero();
                square += Math.pow(pair.second().inputs()[i * 10 + 5 + j], 2);
            }
            assertThat(square).isCloseTo(1, within(1e-14));
        }
        assertThat(pair.first().labels()).contains(1, -1).containsOnly(1, -1);
    }

    @Test
    void sameTaskDiffersInItsSecondTaskOnly() {
        TaskPair orthogonal = SyntheticTasks.orthogonal(9, 10, 1, 4, 2);
        TaskPair same = SyntheticTasks.same(9, 10, 1, 4, 2);
        assertThat(same.first()).usingRecursiveComparison().isEqualTo(orthogonal.first());
        assertThat(same.second().inputs()).isNotEqualTo(same.first().inputs());
        assertThat(same.second().inputs()[7]).isZero();
    }

    @Test
    void streamsOfOneSeedDiffer() {
        long inputs = Seeds.of(0, 0, 0, Seeds.Use.INPUTS);
        assertThat(inputs)
                .isNotEqualTo(Seeds.of(0, 0, 0, Seeds.Use.LABELS))
                .isNotEqualTo(Seeds.of(0, 0, 1, Seeds.Use.INPUTS))
                .isNotEqualTo(Seeds.of(0, 1, 0, Seeds.Use.INPUTS))
                .isNotEqualTo(Seeds.of(1, 0, 0, Seeds.Use.INPUTS));
    }

    @Test
    void normalNumbersHaveTheMomentsOfTheNormalLaw() {
        RandomStream random = new RandomStream(1);
        double[] moments = new double[4];
        int n = 200_000;
        for (int i = 0; i < n; i++) {
            double x = random.normal();
            for (int p = 0; p < 4; p++) {
                moments[p] += Math.pow(x, p + 1) / n;
            }
        }
        // 0, 1, 0, 3; standard errors √(1, 2, 15, 96)/√n = 0.0022, 0.0032, 0.0087, 0.022; five of them each.
        assertThat(moments[0]).isCloseTo(0, within(0.011));
        assertThat(moments[1]).isCloseTo(1, within(0.016));
        assertThat(moments[2]).isCloseTo(0, within(0.044));
        assertThat(moments[3]).isCloseTo(3, within(0.11));
    }

    /** x = √(1−ρ²) u + ρ v with unit u and v on different coordinates has norm 1, and its first half has norm ρ. */
    @Test
    void overlappingInputsShareTheirPart() {
        for (double overlap : new double[] {0, 0.3, 1}) {
            Task task = SyntheticTasks.overlapping(5, 10, overlap, 1, 3, 0);
            for (int i = 0; i < 5; i++) {
                double first = 0;
                double all = 0;
                for (int j = 0; j < 10; j++) {
                    double x = task.inputs()[i * 10 + j];
                    first += j < 5 ? x * x : 0;
                    all += x * x;
                }
                assertThat(Math.sqrt(first)).isCloseTo(overlap, org.assertj.core.api.Assertions.within(1e-12));
                assertThat(all).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-12));
            }
        }
    }
}
