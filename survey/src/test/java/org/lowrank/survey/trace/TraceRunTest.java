package org.lowrank.survey.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.Lowrank;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisOutput;
import org.lowrank.survey.trace.TraceSettings.Distances;
import org.lowrank.weights.hub.FakeRepo;

/** Checkpoints on a hub. */
class TraceRunTest extends TraceContract {
    private FakeRepo publish(long... steps) {
        FakeRepo repo = hub.repo(MODEL);
        for (long step : steps) {
            TinyRun.publish(repo, "step" + step, TinyRun.weights(1, step / 10.0));
        }
        return repo;
    }

    @Test
    void everyRevisionHasTheNumbersOfAnalyzeToTheLastBit() throws Exception {
        publish(0, 10, 100).tag("step100");
        TinyRun.publish(hub.repo(MODEL), "main", TinyRun.weights(9, 0));
        trace(MODEL, "step*", "out");
        List<String> expected = new ArrayList<>();
        expected.add("step," + String.join(",", AnalysisOutput.columns()));
        for (long step : new long[] {0, 10, 100}) {
            try (Lowrank model = Lowrank.open(MODEL + "@step" + step, options)) {
                AnalysisOutput.matrices(model.measure().matrices())
                        .lines()
                        .skip(1)
                        .forEach(line -> expected.add(step + "," + line));
            }
        }
        assertThat(csv("out").lines()).containsExactlyElementsOf(expected).hasSize(1 + 3 * 14);
    }

    @Test
    void movementIsThatOfTheDirectionAdded() throws Exception {
        publish(0, 10, 40, 100);
        trace(MODEL, "step*", "out");
        List<String[]> rows =
                movement("out").lines().skip(1).map(line -> line.split(",", -1)).toList();
        assertThat(rows).hasSize(4 * 14);
        // s = 0, 1, 4, 10; QKV is three of them, so √3 as far; weights are F32.
        double[] since = {Double.NaN, 1, 3, 6};
        double[] toLast = {10, 9, 6, 0};
        for (int i = 0; i < rows.size(); i++) {
            String[] row = rows.get(i);
            double times = row[5].equals("QKV") ? Math.sqrt(3) : 1;
            if (i < 14) {
                assertThat(row[7]).isEmpty();
            } else {
                assertThat(Double.parseDouble(row[7])).isCloseTo(times * since[i / 14], within(1e-5));
            }
            assertThat(Double.parseDouble(row[8])).isCloseTo(times * toLast[i / 14], within(1e-5));
        }
        assertThat(rows.get(20)[2]).as("previous step").isEqualTo("0");
    }

    @Test
    void sameWeightsAreMeasuredOnceAndNamed() throws Exception {
        FakeRepo repo = publish(0, 10, 100);
        TinyRun.publish(repo, "step20", TinyRun.weights(1, 1)); // as step10
        TinyRun.publish(repo, "step200", TinyRun.weights(1, 10)); // as step100
        TraceResult result = trace(MODEL, "step*", "out");
        assertThat(log.events)
                .containsExactly(
                        "measured step200",
                        "measured step0",
                        "measured step10",
                        "step20 is step10",
                        "step100 is step200");
        assertThat(result.checkpoints().stream().map(TraceResult.Checkpoint::duplicateOf))
                .containsExactly(null, null, "step10", null, "step100");
        assertThat(result.warnings().toString())
                .contains("step20 has the same weight files as step10: measured once")
                .contains("step200 has the same weight files as step100");
        List<MatrixMeasurement> ten = result.rows(result.checkpoints().get(1));
        List<MatrixMeasurement> twenty = result.rows(result.checkpoints().get(2));
        assertThat(twenty.stream().map(MatrixMeasurement::numbers))
                .containsExactlyElementsOf(
                        ten.stream().map(MatrixMeasurement::numbers).toList());
        assertThat(twenty.get(0).revision()).isNotEqualTo(ten.get(0).revision());
        assertThat(csv("out").lines()).hasSize(1 + 5 * 14);
        assertThat(movement("out").lines().filter(line -> line.contains(",20,") || line.contains(",200,")))
                .as("duplicates do not move")
                .isEmpty();
        // The row of step 100 is the last one's, found before it: s = 10 − 1 from step 10, nothing left to the last.
        String[] last = movement("out")
                .lines()
                .skip(1 + 2 * 14)
                .findFirst()
                .orElseThrow()
                .split(",", -1);
        assertThat(last[1]).isEqualTo("100");
        assertThat(last[2]).isEqualTo("10");
        assertThat(Double.parseDouble(last[7])).isCloseTo(9, within(1e-5));
        assertThat(last[8]).isEqualTo("0.0");
    }

    @Test
    void aStoppedTraceGoesOnAndGivesTheSameBytes() throws Exception {
        publish(0, 1, 2, 4, 8);
        trace(MODEL, "step*", "whole");
        log.events.clear();
        Log stops = new Log() {
            @Override
            public void begins(TracedRevision revision, int number, int of) {
                if (number == 4) {
                    throw new IllegalStateException("killed");
                }
            }
        };
        assertThatThrownBy(() -> trace(MODEL, RevisionChoice.of("step*"), TraceSettings.DEFAULT, "out", stops))
                .hasMessage("killed");
        assertThat(stops.events).containsExactly("measured step8", "measured step0", "measured step1");
        trace(MODEL, "step*", "out");
        assertThat(log.events)
                .containsExactly("reused step8", "reused step0", "reused step1", "measured step2", "measured step4");
        assertThat(csv("out")).isEqualTo(csv("whole"));
        assertThat(movement("out")).isEqualTo(movement("whole"));
        long asked = hub.asked("resolve");
        log.events.clear();
        trace(MODEL, "step*", "out");
        assertThat(log.events).allMatch(event -> event.startsWith("reused"));
        assertThat(hub.asked("resolve")).as("nothing is read again").isEqualTo(asked);
        assertThat(movement("out")).isEqualTo(movement("whole"));
    }

    @Test
    void damagedNotesAreMeasuredAgain() throws Exception {
        publish(0, 10);
        trace(MODEL, "step*", "out");
        String before = csv("out") + movement("out");
        try (Stream<Path> kept = Files.list(folder.resolve("out/steps"))) {
            for (Path file : kept.toList()) {
                Files.writeString(file, Files.readString(file).substring(0, 100));
            }
        }
        log.events.clear();
        trace(MODEL, "step*", "out");
        assertThat(log.events).containsExactly("measured step10", "measured step0");
        assertThat(csv("out") + movement("out")).isEqualTo(before);
    }

    @Test
    void aNewCheckpointIsAddedToAnOldTrace() throws Exception {
        publish(0, 10, 40);
        trace(MODEL, "step*", "out");
        publish(100);
        log.events.clear();
        trace(MODEL, "step*", "out");
        assertThat(log.events).containsExactly("measured step100", "reused step0", "reused step10", "reused step40");
        trace(MODEL, "step*", "fresh");
        assertThat(csv("out")).isEqualTo(csv("fresh"));
        assertThat(movement("out")).isEqualTo(movement("fresh"));
    }

    @Test
    void withoutDistancesToTheLastOldCheckpointsAreNotReadAgain() throws Exception {
        TraceSettings steps = new TraceSettings(Distances.STEPS, false);
        publish(0, 10, 40);
        trace(MODEL, RevisionChoice.of("step*"), steps, "out", log);
        publish(100);
        long asked = hub.asked("model.safetensors");
        log.events.clear();
        trace(MODEL, RevisionChoice.of("step*"), steps, "out", log);
        assertThat(log.events).containsExactly("reused step0", "reused step10", "reused step40", "measured step100");
        assertThat(hub.asked("model.safetensors") - asked)
                .as("the new one and the one before it, a request each")
                .isEqualTo(2);
        assertThat(movement("out").lines().skip(1 + 2 * 14).findFirst().orElseThrow())
                .endsWith(",");
    }

    @Test
    void aFailingRevisionIsNamedAndDoesNotStopTheRest() throws Exception {
        FakeRepo repo = publish(0, 40);
        byte[] cut = TinyRun.weights(1, 1);
        TinyRun.publish(repo, "step10", Arrays.copyOf(cut, cut.length - 100));
        TraceResult result = trace(MODEL, "step0,step10,step20,step40,nowhere=100", "out");
        assertThat(result.checkpoints().stream().map(TraceResult.Checkpoint::name))
                .containsExactly("step0", "step40");
        assertThat(result.failures().stream().map(TraceResult.Failure::name))
                .containsExactlyInAnyOrder("nowhere", "step10", "step20");
        assertThat(result.failures().toString())
                .contains("revision not found: example-org/run: it has no branch, tag or commit 'nowhere'")
                .contains("truncated");
        String[] moved =
                movement("out").lines().skip(15).findFirst().orElseThrow().split(",", -1);
        assertThat(moved[2])
                .as("the checkpoint before is the one that was measured")
                .isEqualTo("0");
        assertThat(Double.parseDouble(moved[7])).isCloseTo(4, within(1e-5));
    }

    @Test
    void nothingIsKeptUnlessAskedFor() throws Exception {
        publish(0, 10);
        trace(MODEL, "step*", "out");
        for (String cache : List.of("hf", "own")) {
            if (Files.exists(folder.resolve(cache))) {
                try (Stream<Path> below = Files.walk(folder.resolve(cache))) {
                    assertThat(below.filter(Files::isRegularFile)).as(cache).isEmpty();
                }
            }
        }
    }

    @Test
    void whatIsFetchedIsFetchedOnce() throws Exception {
        publish(0, 10, 40, 100);
        trace(MODEL, "step*", "out");
        for (long step : new long[] {0, 10, 40, 100}) {
            assertThat(hub.asked("resolve/" + commit("step" + step) + "/model.safetensors"))
                    .as("measured, compared with the one before, the one after and the last: " + step)
                    .isEqualTo(1);
        }
    }

    private String commit(String revision) throws Exception {
        return TrainingRun.of(
                        org.lowrank.weights.reference.ModelReference.parse(MODEL),
                        RevisionChoice.of(revision),
                        options.source())
                .revisions()
                .get(0)
                .commit();
    }

    @Test
    void whereNothingCanBeMeasuredThereIsNoResult() throws Exception {
        hub.repo(MODEL).with("step1", "config.json", org.lowrank.weights.checkpoints.Content.of(new byte[] {'{', '}'}));
        assertThat(trace(MODEL, RevisionChoice.of("step*"), TraceSettings.DEFAULT, "out", log))
                .isEmpty();
        assertThat(log.events.toString()).contains("failed step1: no weights: ");
    }
}
