package org.lowrank.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.trainer.experiment.GridSettings.Axis;

class GridSettingsTest {
    private static GridSettings of(Axis axis, double value) {
        GridSettings quick = GridSettings.quick(axis);
        return new GridSettings(
                quick.preset(),
                quick.protocol(),
                axis,
                List.of(value),
                quick.hidden(),
                quick.weightDecays(),
                quick.overlaps());
    }

    @Test
    void valuesOutOfRangeAreNamedWithTheirRange() {
        assertThatThrownBy(() -> of(Axis.TASKS, 200))
                .hasMessage("experiment: value 200: out of range; give integers from 2 to 40");
        assertThatThrownBy(() -> of(Axis.DEPTH, 2.5))
                .hasMessage("experiment: value 2.5: out of range; give integers from 1 to 20");
        assertThatThrownBy(() -> of(Axis.OVERLAP, 2))
                .hasMessage("experiment: value 2: out of range; give numbers from 0 to 1");
    }

    /** Figure 3 has λt = 1e-4 · 1e5; what of it is left of the other network's first layer is e^−10. */
    @Test
    void paperPresetsHaveTheDecayOfFigure3() {
        for (Axis axis : List.of(Axis.WIDTH, Axis.DEPTH, Axis.OVERLAP, Axis.TASKS)) {
            GridSettings paper = GridSettings.paper(axis);
            assertThat(paper.weightDecays())
                    .contains(MergingSettings.paper(MergingSettings.Data.SYNTHETIC)
                                    .weightDecay()
                            * MergingSettings.paper(MergingSettings.Data.SYNTHETIC)
                                    .steps()
                            / paper.protocol().steps());
        }
    }
}
