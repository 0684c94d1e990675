package org.lowrank.trainer.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.Report;
import org.lowrank.reports.ResultJson;
import org.lowrank.trainer.curve.CurvePoint;
import org.lowrank.trainer.output.CurveTables;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.TheorySettings;

class TheoryResultTest {
    private static final TheorySettings SMALL =
            new TheorySettings(List.of(3), 0, List.of(0.03), List.of(0.0, 0.01), 1, 1, 1e-9, 1_000_000);
    private static final List<String> PROGRESS = new ArrayList<>();
    private static TheoryResult result;

    @BeforeAll
    static void run() {
        List<CheckResult> checks = TheoryRun.run(
                List.of("corollary-2", "lemma-4", "lemma-5"),
                SMALL,
                (done, total, name) -> PROGRESS.add(done + "/" + total + " " + name));
        result = TheoryResult.of("0.1.0", List.of("lowrank", "theory"), "2026-01-01T00:00:00Z", SMALL, checks);
    }

    @Test
    void checksRunInThePapersOrderWithProgress() {
        assertThat(result.checks()).extracting(CheckResult::id).containsExactly("lemma-4", "lemma-5", "corollary-2");
        assertThat(PROGRESS)
                .containsExactly(
                        "0/3 Lemma 4 (low-rank structure)",
                        "1/3 Lemma 5 (shallow ReLU networks)",
                        "2/3 Corollary 2 (activations become orthogonal)",
                        "3/3 ");
    }

    @Test
    void savedResultReadsBackTheSame(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("result.json"), ResultJson.writeCompact(result));
        TheoryResult read = ResultJson.as(ResultJson.read(file), TheoryResult.class, file);
        assertThat(ResultJson.writeCompact(read)).isEqualTo(ResultJson.writeCompact(result));
        assertThat(read.checks().get(0).readings())
                .isEqualTo(result.checks().get(0).readings());
    }

    /** K = 3, λ = 0.03: (0.03)^{2/3} e^{1/3} = 0.13475 and (0.03 e^{1/3})^{1/2} = 0.20462. */
    @Test
    void boundsOfLemma4AreThoseOfTheFormulas() {
        assertThat(last("equation (3): rhs")).isCloseTo(0.13475, within(1e-5));
        assertThat(last("equation (3), sharper: rhs")).isCloseTo(0.20462, within(1e-5));
    }

    /** With one layer of one neuron Lemma 2 is about no matrix, and every row has stable rank 1. */
    @Test
    void emptyAndVacuousStatementsAreNotSaidToHold() {
        TheorySettings one = new TheorySettings(List.of(1), 1, List.of(0.03), List.of(0.0), 1, 1, 1e-9, 1_000_000);
        List<CheckResult> checks = TheoryRun.run(
                List.of("lemma-2", "lemma-4", "theorem-2", "theorem-4", "lemma-6", "lemma-8", "corollary-2"),
                one,
                (done, total, name) -> {});

        for (CheckResult check : checks) {
            String name = check.title().replaceAll(" \\(.*", "");
            assertThat(Words.headline(check))
                    .startsWith(
                            check.id().equals("lemma-4")
                                    ? "Lemma 4 holds as printed in all 3 runs judged, and is vacuous in them"
                                    : name + " was not judged: with these settings it has nothing to compare");
        }
    }

    /** With one layer and ε = 0 both sides of Theorem 3 are |⟨w(0), x′⟩| e^{−λt}; the integrator's rounding is no margin. */
    @Test
    void equalityOfLogarithmsIsSaidToBeOne() {
        TheorySettings one = new TheorySettings(List.of(1), 1, List.of(0.1), List.of(0.0), 1, 1, 1e-9, 1_000_000);
        CheckResult check = TheoryRun.run(List.of("theorem-3"), one, (done, total, name) -> {})
                .get(0);

        assertThat(Words.headline(check)).isEqualTo("Theorem 3 holds as printed in the one run judged.");
        assertThat(Words.describe(check, check.readings().get(0))).startsWith("holds with equality to ");
    }

    private static double last(String metric) {
        return result.points().stream()
                .filter(point -> point.metric().equals(metric))
                .reduce((first, second) -> second)
                .map(CurvePoint::value)
                .orElseThrow();
    }

    @Test
    void reportHasARowPerReadingAndAFigurePerCheck() {
        Report report = TheoryReport.of(result, CurveTables.curves(result.points()), ResultJson.writeCompact(result));

        Report.TableSection table = (Report.TableSection) report.sections().get(0);
        assertThat(table.rows())
                .hasSize(result.checks().stream()
                        .mapToInt(check -> check.readings().size())
                        .sum());
        List<Report.FigureSection> figures = report.figures();
        assertThat(figures).extracting(Report.FigureSection::id).containsExactly("lemma-4", "lemma-5", "corollary-2");
        assertThat(figures.get(0).panels()).hasSize(6);
        assertThat(figures.get(0).panels().get(0).series())
                .extracting(Report.Series::name)
                .containsExactly("left side", "right side", "any weights", "forbidden side");
        assertThat(report.findings().get(0).findings())
                .extracting(shown -> shown.finding().verdict())
                .containsExactly(
                        org.lowrank.reports.finding.Verdict.INDISTINGUISHABLE,
                        org.lowrank.reports.finding.Verdict.HOLDS,
                        org.lowrank.reports.finding.Verdict.EXCEPTION);
    }

    @Test
    void unknownResultListsTheValidNames() {
        assertThatThrownBy(() -> TheoryCatalog.named(List.of("lemma-9")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("theory: lemma-9: no such result; valid names are lemma-1, lemma-2,");
    }

    @Test
    void settingsOutOfRangeAreRejected() {
        assertThatThrownBy(() -> new TheorySettings(List.of(0), 0, List.of(), List.of(0.0), 1, 1, 1e-9, 1_000_000))
                .hasMessage("theory: depths [0]: out of range; give integers from 1 to 20");
        assertThatThrownBy(() -> new TheorySettings(List.of(), 0, List.of(0.0), List.of(0.0), 1, 1, 1e-9, 1_000_000))
                .hasMessage("theory: weight decays [0.0]: out of range; give numbers above 0 and at most 1");
    }
}
