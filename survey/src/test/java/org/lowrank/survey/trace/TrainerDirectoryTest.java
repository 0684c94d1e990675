package org.lowrank.survey.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.Lowrank;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelReference;

/** The output directory of Hugging Face's trainer. */
class TrainerDirectoryTest extends TraceContract {
    private Path run;

    @BeforeEach
    void train() throws Exception {
        run = folder.resolve("my-run");
        // The step is the state's, not that of the name.
        TinyRun.save(run.resolve("checkpoint-5"), 500, TinyRun.tensors(1, (name, layer) -> 1));
        TinyRun.save(run.resolve("checkpoint-1000"), 1000, TinyRun.tensors(1, (name, layer) -> 3));
        TinyRun.save(run.resolve("checkpoint-90"), 90, TinyRun.tensors(1, (name, layer) -> 0));
        Files.createDirectories(run.resolve("runs"));
    }

    private List<TracedRevision> revisions(RevisionChoice choice) throws Exception {
        return TrainingRun.of(ModelReference.parse(run.toString()), choice, options.source())
                .revisions();
    }

    private TraceResult traced(String out) throws Exception {
        return trace(run.toString(), RevisionChoice.ALL, TraceSettings.DEFAULT, out, log)
                .orElseThrow();
    }

    @Test
    void foldersAreInTheOrderOfTheirTrainersSteps() throws Exception {
        assertThat(revisions(RevisionChoice.ALL).stream().map(TracedRevision::name))
                .containsExactly("checkpoint-90", "checkpoint-5", "checkpoint-1000");
        assertThat(revisions(RevisionChoice.ALL).stream().map(TracedRevision::step))
                .containsExactly(90L, 500L, 1000L);
        assertThat(revisions(RevisionChoice.of("checkpoint-?")).stream().map(TracedRevision::name))
                .containsExactly("checkpoint-5");
    }

    @Test
    void shardsAreReadAndOptimizerFilesAreNot() throws Exception {
        TraceResult result = traced("out");
        assertThat(result.failures()).isEmpty();
        assertThat(result.model()).isEqualTo("my-run");
        assertThat(result.checkpoints().get(1).measured().provenance().files().stream()
                        .map(file -> file.name()))
                .containsExactly("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
        try (Lowrank model = Lowrank.open(run.resolve("checkpoint-5").toString(), options)) {
            assertThat(result.checkpoints().get(1).matrices().stream().map(MatrixMeasurement::numbers))
                    .containsExactlyElementsOf(model.measure().matrices().stream()
                            .map(MatrixMeasurement::numbers)
                            .toList());
        }
        assertThat(csv("out").lines().skip(1 + 14).findFirst().orElseThrow())
                .startsWith("500,my-run,checkpoint-5,encoder,0,Q,24,24,576,F32,");
    }

    @Test
    void aTrainingThatGoesOnAddsItsCheckpoints() throws Exception {
        traced("out");
        log.events.clear();
        TinyRun.save(run.resolve("checkpoint-2000"), 2000, TinyRun.tensors(1, (name, layer) -> 4));
        traced("out");
        assertThat(log.events)
                .containsExactly(
                        "measured checkpoint-2000",
                        "reused checkpoint-90",
                        "reused checkpoint-5",
                        "reused checkpoint-1000");
        String grown = csv("out") + movement("out");
        traced("fresh");
        assertThat(grown).isEqualTo(csv("fresh") + movement("fresh"));
    }

    @Test
    void aCheckpointThatChangedIsMeasuredAgain() throws Exception {
        traced("out");
        log.events.clear();
        TinyRun.save(run.resolve("checkpoint-90"), 90, TinyRun.tensors(2, (name, layer) -> 0));
        traced("out");
        assertThat(log.events)
                .containsExactly("reused checkpoint-1000", "measured checkpoint-90", "reused checkpoint-5");
    }

    /** Saved twice, as trainers do at the end: the weight files have the same bytes. */
    @Test
    void equalCheckpointsAreMeasuredOnceAndNamed() throws Exception {
        TinyRun.save(run.resolve("checkpoint-600"), 600, TinyRun.tensors(1, (name, layer) -> 1));
        TraceResult result = traced("out");
        assertThat(log.events)
                .containsExactly(
                        "measured checkpoint-1000",
                        "measured checkpoint-90",
                        "measured checkpoint-5",
                        "checkpoint-600 is checkpoint-5");
        assertThat(result.checkpoints().get(2).duplicateOf()).isEqualTo("checkpoint-5");
        assertThat(csv("out").lines().filter(line -> line.startsWith("600,"))).hasSize(14);
        log.events.clear();
        traced("out");
        assertThat(log.events).contains("checkpoint-600 is checkpoint-5");
    }

    @Test
    void aHalfWrittenCheckpointIsNamed() throws Exception {
        Path shard = run.resolve("checkpoint-1000/model-00002-of-00002.safetensors");
        byte[] whole = Files.readAllBytes(shard);
        Files.write(shard, java.util.Arrays.copyOf(whole, whole.length - 1));
        TraceResult result = traced("out");
        assertThat(result.failures().stream().map(TraceResult.Failure::name)).containsExactly("checkpoint-1000");
        assertThat(movement("out")
                        .lines()
                        .filter(line -> line.startsWith("my-run,500,"))
                        .findFirst()
                        .orElseThrow())
                .as("the last that can be read is the last")
                .endsWith(",0.0");
    }

    @Test
    void aStateWithoutAStepLeavesItToTheName() throws Exception {
        Files.writeString(run.resolve("checkpoint-5/trainer_state.json"), "{\"global_step\": \"many\"");
        TrainingRun found = TrainingRun.of(ModelReference.parse(run.toString()), RevisionChoice.ALL, options.source());
        assertThat(found.revisions().get(0).name()).isEqualTo("checkpoint-5");
        assertThat(found.notes())
                .containsExactly(
                        "checkpoint-5/trainer_state.json tells no global_step: the number in the folder's name counts");
    }

    @Test
    void aDirectoryWithoutCheckpointsSaysWhatItHas() {
        assertThatThrownBy(() -> TrainingRun.of(
                        ModelReference.parse(run.toString()), RevisionChoice.of("epoch*"), options.source()))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage(
                        "no checkpoints: " + run
                                + ": no folder epoch* among its 4 folders (checkpoint-1000, checkpoint-5, "
                                + "checkpoint-90, runs); name the trainer's output directory, or choose folders with --revisions");
    }

    @Test
    void aDirectoryWithoutFoldersIsNoTraining() throws Exception {
        Path empty = Files.createDirectories(run.resolve("runs/empty"));
        assertThatThrownBy(() ->
                        TrainingRun.of(ModelReference.parse(empty.toString()), RevisionChoice.ALL, options.source()))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("no checkpoints: " + empty + ": it holds no folder; name ");
    }
}
