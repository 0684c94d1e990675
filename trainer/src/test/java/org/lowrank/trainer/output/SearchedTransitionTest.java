package org.lowrank.trainer.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.TransitionSearch;

/** Norms that are functions of d = 1 − λ/λ_c by construction. */
class SearchedTransitionTest {
    private static final double CRITICAL = 0.2;

    private static Curve norm(int draw, double lambda, double before, double last) {
        return new Curve("K=2 searched", draw, lambda, "frobenius_norm_w1", new long[] {0, 500, 1000}, new double[] {
            1, before, last
        });
    }

    private static Finding finding(int draws, DoubleUnaryOperator norm) {
        GridSettings quick = GridSettings.quick(GridSettings.Axis.TRANSITION);
        GridSettings settings = new GridSettings(
                Preset.QUICK,
                quick.protocol(),
                quick.axis(),
                List.of(2.0),
                quick.hidden(),
                quick.weightDecays(),
                quick.overlaps());
        List<Curve> curves = new ArrayList<>();
        for (int draw = 0; draw < draws; draw++) {
            double scale = 1 + 0.1 * draw;
            curves.add(norm(draw, CRITICAL + 0.001, 0.1, 0.01));
            curves.add(norm(draw, CRITICAL - 0.001, 0.1, 0.1));
            for (double d : TransitionSearch.DISTANCES) {
                double rest = scale * norm.applyAsDouble(d);
                curves.add(norm(draw, CRITICAL * (1 - d), rest, rest));
            }
        }
        return SearchedTransition.all(settings, new CurveSet(curves)).get(0).finding();
    }

    @Test
    void squareRootIsAContinuousTransition() {
        Finding finding = finding(5, Math::sqrt);
        assertThat(finding.verdict()).isEqualTo(Verdict.INFORMATION);
        assertThat(finding.statement()).contains("λ = 0.200").endsWith("a continuous transition.");
        assertThat(finding.numbers().get("norm_share_at_critical")).isCloseTo(0, within(1e-12));
    }

    /** 1 + √d: at d = 0 the share of the norm at d = 0.16 is 1/1.4. */
    @Test
    void interceptIsAJump() {
        Finding finding = finding(5, d -> 1 + Math.sqrt(d));
        assertThat(finding.statement()).endsWith("a jump.");
        assertThat(finding.numbers().get("norm_share_at_critical")).isCloseTo(1 / 1.4, within(1e-12));
    }

    @Test
    void fourDrawsAndSharesInBetweenAreNotDecided() {
        assertThat(finding(4, Math::sqrt).verdict()).isEqualTo(Verdict.UNDECIDED);
        Finding between = finding(5, d -> 0.1 + 0.75 * Math.sqrt(d));
        assertThat(between.numbers().get("norm_share_at_critical")).isCloseTo(0.25, within(1e-12));
        assertThat(between.verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(between.statement()).contains("it is not decided whether");
    }
}
