package org.lowrank.survey.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.analyzer.Lowrank;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.ResultJson;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.hub.MadeModels;
import org.lowrank.weights.reference.ModelReference;

class WorkUnitTest {
    private static final int LAYERS = 5;
    private static final long WIDTH = 24;

    /** Q, K, V and O of one layer, M1 and M2: (4 + 4 + 4)·24²·4 bytes. */
    private static final long LAYER_BYTES = 12 * WIDTH * WIDTH * 4;

    @TempDir
    Path folder;

    private static final MeasureOptions OPTIONS = MeasureOptions.defaults().withThreads(2);

    private static List<WorkUnit> plan(MeasuringRun run, ModelReference reference, long unitBytes) throws Exception {
        try (ModelAnalysis model = run.open(reference, Optional.empty())) {
            return WorkPlan.of(model, reference, run.identity(model), OPTIONS.accuracy(), unitBytes);
        }
    }

    private List<WorkUnit> plan(Path directory, long unitBytes) throws Exception {
        try (MeasuringRun run = new MeasuringRun(OPTIONS)) {
            return plan(run, ModelReference.parse(directory.toString()), unitBytes);
        }
    }

    /** JSON tells doubles apart to the last bit. */
    private static String text(List<MatrixMeasurement> rows) {
        return ResultJson.write(rows);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, LAYER_BYTES, 3 * LAYER_BYTES, Long.MAX_VALUE / 4})
    void rowsDoNotDependOnHowAModelIsDivided(long unitBytes) throws Exception {
        Path directory = MadeModels.write(folder.resolve("m"), LAYERS, WIDTH, 1);
        List<WorkUnit> units = new ArrayList<>(plan(directory, unitBytes));
        Collections.shuffle(units, new java.util.Random(3));

        List<MatrixMeasurement> rows = new ArrayList<>();
        List<MatrixMeasurement> ordered;
        try (UnitMeasurer measurer = new UnitMeasurer(OPTIONS);
                MeasuringRun run = new MeasuringRun(OPTIONS);
                ModelAnalysis model = run.open(ModelReference.parse(directory.toString()), Optional.empty())) {
            for (WorkUnit unit : units) {
                rows.addAll(measurer.measure(unit));
            }
            ordered = WorkPlan.assembled(model, rows);
        }

        try (Lowrank analyzed = Lowrank.open(directory.toString(), OPTIONS)) {
            assertThat(text(ordered)).isEqualTo(text(analyzed.measure().matrices()));
        }
    }

    @Test
    void unitsHaveWholeGroupsAndAboutTheSameBytes() throws Exception {
        Path directory = MadeModels.write(folder.resolve("m"), LAYERS, WIDTH, 1);

        List<WorkUnit> units = plan(directory, 2 * LAYER_BYTES);

        // 5 layers in units of 2: ⌈5/2⌉ = 3, of at most 5/3 of a layer and the largest group, Q K V QKV with 3/12 or M1
        // with 4/12
        assertThat(units).hasSize(3).allMatch(unit -> unit.count() == 3);
        assertThat(units).allMatch(unit -> unit.bytes() <= LAYER_BYTES * (5.0 / 3 + 4.0 / 12));
        assertThat(units.stream().mapToLong(WorkUnit::bytes).sum()).isEqualTo(LAYERS * LAYER_BYTES);
        for (WorkUnit unit : units) {
            for (WorkUnit.Key key : unit.matrices()) {
                if (key.matrix().equals("QKV")) {
                    assertThat(unit.matrices())
                            .contains(
                                    new WorkUnit.Key(key.stack(), key.layer(), "Q"),
                                    new WorkUnit.Key(key.stack(), key.layer(), "K"),
                                    new WorkUnit.Key(key.stack(), key.layer(), "V"));
                }
            }
        }
    }

    @Test
    void aUnitTravels() throws Exception {
        WorkUnit unit =
                plan(MadeModels.write(folder.resolve("m"), 1, WIDTH, 1), 1).get(0);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(unit);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(unit);
        }
    }

    @Test
    void aModelOnTheHubIsMeasuredAtTheCommitItWasPlannedAt() throws Exception {
        try (FakeHub hub = new FakeHub()) {
            MadeModels.put(hub.repo("org/m"), 2, WIDTH, 1);
            SourceOptions source = SourceOptions.defaults()
                    .withEnvironment(Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HOME", folder.toString()))
                    .withDownloadMode(SourceOptions.DownloadMode.STREAM);
            MeasureOptions options = OPTIONS.withSource(source);
            List<WorkUnit> units;
            try (MeasuringRun run = new MeasuringRun(options)) {
                units = plan(run, ModelReference.parse("org/m"), LAYER_BYTES);
            }

            assertThat(units).hasSize(2).allMatch(unit -> unit.reference().matches("org/m@[0-9a-f]{40}"));
            assertThat(units).allMatch(unit -> unit.identity().matches("[0-9a-f]{64}"));
            try (UnitMeasurer measurer = new UnitMeasurer(options)) {
                List<MatrixMeasurement> rows = new ArrayList<>(measurer.measure(units.get(0)));
                rows.addAll(measurer.measure(units.get(1)));
                assertThat(rows).hasSize(14);
            }
            // one opening for the plan and one for both units
            assertThat(hub.asked("/revision/")).isEqualTo(2);
        }
    }

    @Test
    void aModelThatIsNotWhatWasPlannedIsRefused() throws Exception {
        Path directory = MadeModels.write(folder.resolve("m"), 2, WIDTH, 1);
        WorkUnit unit = plan(directory, 1).get(0);
        Files.write(directory.resolve("model.safetensors"), SafetensorsWriter.bytes(MadeModels.bert(2, WIDTH, 99)));

        try (UnitMeasurer measurer = new UnitMeasurer(OPTIONS)) {
            assertThatThrownBy(() -> measurer.measure(unit))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageContaining("changed file: model.safetensors");
        }
    }

    @Test
    void tasksGetAboutTheSameBytes() {
        List<WorkUnit> units = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            units.add(new WorkUnit("small" + i, "small" + i, "", 0, 1, List.of(), 100, 300));
        }
        for (int i = 0; i < 8; i++) {
            units.add(new WorkUnit("large", "large", "", i, 8, List.of(), 1000, 3000));
        }

        List<List<WorkUnit>> tasks = WorkPlan.spread(units, 4);

        // 14,000 bytes on 4 tasks: 3,500 each, which units of 100 fill exactly
        assertThat(tasks).hasSize(4);
        assertThat(tasks)
                .allSatisfy(task -> assertThat(
                                task.stream().mapToLong(WorkUnit::bytes).sum())
                        .isEqualTo(3500));
    }
}
