package org.lowrank.survey.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.weights.checkpoints.SafetensorsWriter;

/** What is said of a run whose course is known, and of one that has none. */
class TraceFindingsTest extends TraceContract {
    private static Finding finding(TraceResult result, String id) {
        return result.findings().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** K gets its direction at step 10, all others at step 100; nothing moves afterwards. */
    private TraceResult trained() throws Exception {
        for (long step : new long[] {0, 1, 10, 100, 1000, 2000}) {
            double early = step >= 10 ? 40 : 0;
            double late = step >= 100 ? 40 : 0;
            double drift = step / 1e6; // so that no two checkpoints are the same
            TinyRun.publish(
                    hub.repo(MODEL),
                    "step" + step,
                    SafetensorsWriter.bytes(
                            TinyRun.tensors(1, (name, layer) -> drift + (name.endsWith("key") ? early : late))));
        }
        return trace(MODEL, "step*", "out");
    }

    @Test
    void aKnownCourseIsFound() throws Exception {
        TraceResult result = trained();
        Finding first = finding(result, "first-to-fall");
        assertThat(first.verdict()).isEqualTo(Verdict.INFORMATION);
        assertThat(first.number()).as("QKV is a third K").isEqualTo("K, QKV");
        assertThat(first.numbers()).containsEntry("half_fall_step_K", 10.0).containsEntry("half_fall_step_M1", 100.0);
        Finding settling = finding(result, "settling");
        assertThat(settling.verdict()).isEqualTo(Verdict.HOLDS);
        assertThat(settling.statement())
                .as("K settles before")
                .endsWith("step 100 of 2,000, Q, V, QKV, O, M1, M2 last");
        assertThat(settling.numbers()).containsEntry("settled_step", 100.0).containsEntry("null_settled_step", 0.0);
        Finding leaves = finding(result, "leaves-baseline");
        assertThat(leaves.verdict()).isEqualTo(Verdict.HOLDS);
        assertThat(leaves.number()).isEqualTo("14 of 14");
        assertThat(leaves.statement()).contains("K in layer 0 first, with 3 others, at step 10");
        Finding movement = finding(result, "movement");
        // ‖40 u vᵀ‖ = 40 beside ‖G‖ ≈ 24 and √(24² + 40²) ≈ 46.6: 40/√(24² + 46.6²) = 0.76 of the square ones.
        assertThat(movement.numbers().get("largest_movement")).isCloseTo(0.7, within(0.1));
        assertThat(movement.statement()).contains("from step 10 to 100");
        assertThat(movement.numbers()).containsEntry("half_way_step", 100.0);
    }

    @Test
    void everyNumberHasItsNullWhereOneApplies() throws Exception {
        for (Finding finding : trained().findings()) {
            finding.numbers().keySet().stream()
                    .filter(name -> !name.startsWith("null_"))
                    .filter(name -> !List.of("matrices", "first_step", "median_step", "least_step")
                            .contains(name))
                    .filter(name -> !name.startsWith("half_fall_step_"))
                    .forEach(name ->
                            assertThat(finding.numbers()).as(finding.id()).containsKey("null_" + name));
        }
    }

    /** Fresh Gaussian weights at every step. */
    @Test
    void randomWeightsHoldNothing() throws Exception {
        for (int step = 0; step < 6; step++) {
            TinyRun.publish(hub.repo(MODEL), "step" + step, TinyRun.weights(step, 0));
        }
        TraceResult result = trace(MODEL, "step*", "out");
        assertThat(result.findings()).hasSize(5);
        assertThat(result.findings().stream().map(Finding::verdict)).doesNotContain(Verdict.HOLDS, Verdict.ROUGHLY);
        assertThat(finding(result, "movement").verdict()).isEqualTo(Verdict.INDISTINGUISHABLE);
        assertThat(finding(result, "movement").numbers().get("least_movement")).isCloseTo(1, within(0.05));
        assertThat(finding(result, "leaves-baseline").verdict()).isEqualTo(Verdict.INDISTINGUISHABLE);
        assertThat(finding(result, "first-to-fall").verdict()).isEqualTo(Verdict.INDISTINGUISHABLE);
    }

    @Test
    void settledIsTheFirstFromWhichOnAllAreNearTheLast() {
        assertThat(TraceFindings.settled(new double[] {1, 0.5, 0.52, 0.7, 0.49, 0.5}))
                .isEqualTo(4);
        assertThat(TraceFindings.settled(new double[] {0.5, 0.5})).isZero();
    }

    @Test
    void aSavedResultGivesTheSamePage() throws Exception {
        TraceResult result = trained();
        java.nio.file.Path json = folder.resolve("out/result.json");
        TraceResult read = ResultJson.as(ResultJson.read(json), TraceResult.class, TraceResult.SCHEMA_VERSION, json);
        read.writeTo(folder.resolve("again"));
        for (String name : List.of("report.html", "trace.csv", "movement.csv", "result.json")) {
            assertThat(folder.resolve("again").resolve(name))
                    .as(name)
                    .hasSameTextualContentAs(folder.resolve("out").resolve(name));
        }
        assertThat(result.findings()).isEqualTo(read.findings());
    }
}
