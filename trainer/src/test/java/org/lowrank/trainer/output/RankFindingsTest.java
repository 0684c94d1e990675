package org.lowrank.trainer.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Precision;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.Protocol;
import org.lowrank.trainer.network.Initialisation;

/** Changes of outputs and ratios of losses that are powers of width and rank by construction. */
class RankFindingsTest {
    /** y of a draw at a width and rank. */
    private interface Law {
        double at(int draw, double width, double rank);
    }

    private static final List<Double> WIDTHS = List.of(10.0, 100.0, 1000.0);
    private static final List<Double> LAMBDAS = List.of(0.0, 1e-4, 1e-3);

    private static Finding finding(int draws, Law gap, Law ratio) {
        GridSettings quick = GridSettings.quick(GridSettings.Axis.WIDTH);
        Protocol protocol = new Protocol(20, 40, 1, Initialisation.UNIFORM, 1, 1000, draws, 3, Precision.FLOAT32, 0);
        GridSettings settings = new GridSettings(
                Preset.QUICK, protocol, quick.axis(), WIDTHS, quick.hidden(), LAMBDAS, quick.overlaps());
        List<Curve> curves = new ArrayList<>();
        for (double width : WIDTHS) {
            for (double lambda : LAMBDAS) {
                for (int draw = 0; draw < draws; draw++) {
                    // Ranks from 1.2 to 4, another order over λ at every width.
                    double rank =
                            1.2 + (WIDTHS.indexOf(width) * 2 + LAMBDAS.indexOf(lambda) * 3) % 5 * 0.7 + 0.01 * draw;
                    String condition = settings.condition(width);
                    curves.add(curve(condition, draw, lambda, "loss", 0.01));
                    curves.add(curve(condition, draw, lambda, "individual_loss", 0.01));
                    curves.add(curve(condition, draw, lambda, "merged_loss", 0.01 * ratio.at(draw, width, rank)));
                    curves.add(curve(condition, draw, lambda, "output_gap", gap.at(draw, width, rank)));
                    for (int k = 1; k <= 3; k++) {
                        curves.add(curve(condition, draw, lambda, "frobenius_norm_w" + k, 2));
                        curves.add(curve(condition, draw, lambda, "stable_rank_w" + k, rank));
                    }
                }
            }
        }
        return new RankFindings(settings, new CurveSet(curves)).held();
    }

    private static Curve curve(String condition, int draw, double lambda, String metric, double value) {
        return new Curve(
                condition, draw, lambda, metric, new long[] {0, 500, 1000}, new double[] {value, value, value});
    }

    @Test
    void exponentsOfBothAreFound() {
        Finding finding = finding(
                5,
                (draw, width, rank) -> 3 * Math.pow(width, -0.5 + 0.01 * draw) * Math.pow(rank, 1.5),
                (draw, width, rank) -> Math.pow(width, 0.25) * Math.pow(rank, -1));
        assertThat(finding.verdict()).isEqualTo(Verdict.INFORMATION);
        assertThat(finding.number()).isEqualTo("like width^−0.480");
        assertThat(finding.statement())
                .isEqualTo(
                        "The change of outputs by merging goes like width^−0.480 at equal stable rank and, as λ varies it, goes like rank^1.50"
                                + " at equal width; the ratio of merged to individual loss, which λ changes beside rank, goes like width^0.250"
                                + " and goes like rank^−1.00.");
        assertThat(finding.numbers().get("gap_size_exponent")).isCloseTo(-0.48, within(1e-12));
        assertThat(finding.numbers().get("ratio_rank_exponent")).isCloseTo(-1, within(1e-12));
    }

    /** Exponents of draws 0 to 4: −2 to 2 round 0, 1 to 9, and −0.02 to 0.02. */
    @Test
    void whatIsNotKnownIsNotGivenAsAPower() {
        Finding finding = finding(
                5,
                (draw, width, rank) -> Math.pow(width, 0.01 * (draw - 2)) * Math.pow(rank, draw - 2),
                (draw, width, rank) -> Math.pow(width, 1 + 2 * draw) * Math.pow(rank, -1 - 2 * draw));
        assertThat(finding.number()).isEqualTo("–");
        assertThat(finding.statement())
                .isEqualTo(
                        "The change of outputs by merging does not clearly change with width at equal stable rank and, as λ varies it, changes with"
                                + " rank in a way these draws leave open at equal width; the ratio of merged to individual loss, which λ"
                                + " changes beside rank, rises with width and falls with rank.");
    }

    @Test
    void fourDrawsDecideNothing() {
        assertThat(finding(4, (draw, width, rank) -> width, (draw, width, rank) -> rank)
                        .verdict())
                .isEqualTo(Verdict.UNDECIDED);
    }
}
