package org.lowrank.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.Report;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.reports.ResultJson;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.output.CurveTables;
import org.lowrank.trainer.output.ExperimentOutput;
import org.lowrank.trainer.output.ExperimentReport;
import org.lowrank.trainer.output.ExperimentResult;

/** Small experiments: that they are the same however they run, and that results survive saving. */
class ExperimentsTest {
    private static MergingSettings merging(int draws) {
        return new MergingSettings(
                Preset.QUICK,
                MergingSettings.Data.SYNTHETIC,
                8,
                12,
                1,
                List.of(24, 10),
                Initialisation.UNIFORM,
                0.5,
                1e-3,
                List.of(0.0, 1e-3),
                3000,
                draws,
                draws,
                10,
                Precision.FLOAT32,
                5);
    }

    private static SweepSettings sweep(Precision precision, int draws) {
        return new SweepSettings(
                Preset.QUICK,
                60,
                10,
                List.of(10.0),
                List.of(6, 5),
                Initialisation.UNIFORM,
                List.of(0.1),
                20,
                30,
                List.of(0.0, 1e-3, 0.1),
                draws,
                4,
                precision,
                5,
                new SweepSettings.Settle(200, 0.1));
    }

    private static RunOptions threads(int count) {
        return new RunOptions(count, null, (done, total) -> {});
    }

    private static ExperimentResult result(ExperimentSettings settings, List<Curve> curves) {
        return ExperimentResult.of(
                settings,
                new ExperimentResult.Environment(
                        "0", "17", "Linux", 1, List.of("lowrank", "experiment"), "2026-01-01T00:00:00Z", 1),
                curves);
    }

    private static String csv(ExperimentSettings settings, List<Curve> curves) {
        return ExperimentOutput.curves(result(settings, curves));
    }

    @Test
    void threadsChangeNothing() throws Exception {
        assertThat(csv(merging(3), MergingExperiment.run(merging(3), null, threads(3))))
                .isEqualTo(csv(merging(3), MergingExperiment.run(merging(3), null, threads(1))));
        SweepSettings sweep = sweep(Precision.FLOAT32, 3);
        assertThat(csv(sweep, SweepExperiment.run(sweep, threads(3))))
                .isEqualTo(csv(sweep, SweepExperiment.run(sweep, threads(1))));
    }

    @Test
    void drawIsTheSameAloneAndInABatch() throws Exception {
        List<Curve> alone = MergingExperiment.run(merging(1), null, threads(1));
        List<Curve> batch = MergingExperiment.run(merging(3), null, threads(2)).stream()
                .filter(curve -> curve.draw() == 0)
                .toList();
        assertThat(csv(merging(1), batch)).isEqualTo(csv(merging(1), alone));
    }

    @Test
    void runCutShortAnywhereResumesBitForBit(@TempDir Path directory) throws Exception {
        String whole = csv(merging(2), MergingExperiment.run(merging(2), null, threads(1)));
        for (long cut : new long[] {1, 4_000, 11_111, 27_000}) {
            Path checkpoints = directory.resolve("cut-" + cut);
            Thread runner = Thread.currentThread();
            AtomicLong last = new AtomicLong();
            assertThatThrownBy(() ->
                            MergingExperiment.run(merging(2), null, new RunOptions(1, checkpoints, (done, total) -> {
                                last.set(total);
                                if (done >= cut) {
                                    runner.interrupt();
                                }
                            })))
                    .isInstanceOf(InterruptedException.class);
            Thread.interrupted(); // the test's own later interrupts
            assertThat(last.get()).isEqualTo(3000L * (3 + 2) * 2); // steps × networks × draws
            assertThat(Files.list(checkpoints)).isNotEmpty();
            AtomicLong first = new AtomicLong(-1);
            List<Curve> resumed = MergingExperiment.run(
                    merging(2), null, new RunOptions(1, checkpoints, (done, total) -> first.compareAndSet(-1, done)));
            assertThat(csv(merging(2), resumed)).as("cut at %s", cut).isEqualTo(whole);
        }
    }

    @Test
    void damagedOrForeignCheckpointIsNotUsed(@TempDir Path directory) throws Exception {
        RunOptions options = new RunOptions(1, directory, (done, total) -> {});
        SweepSettings sweep = sweep(Precision.FLOAT32, 1);
        String expected = csv(sweep, SweepExperiment.run(sweep, options));
        Path file = Files.list(directory).findFirst().orElseThrow();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 100] ^= 1;
        Files.write(file, bytes);
        assertThat(csv(sweep, SweepExperiment.run(sweep, options))).isEqualTo(expected);
        Files.write(file, new byte[] {1, 2, 3});
        assertThat(csv(sweep, SweepExperiment.run(sweep, options))).isEqualTo(expected);
    }

    @Test
    void damagedSettingsOfACheckpointAreNotBelieved(@TempDir Path directory) throws Exception {
        RunOptions options = new RunOptions(1, directory, (done, total) -> {});
        SweepSettings sweep = sweep(Precision.FLOAT32, 1);
        String expected = csv(sweep, SweepExperiment.run(sweep, options));
        Path file = Files.list(directory).findFirst().orElseThrow();
        byte[] bytes = Files.readAllBytes(file);
        bytes[20] = (byte) 0xff; // no UTF-8
        Files.write(file, bytes);
        assertThat(csv(sweep, SweepExperiment.run(sweep, options))).isEqualTo(expected);
    }

    @Test
    void workOfOtherSettingsIsNotOverwritten(@TempDir Path directory) throws Exception {
        RunOptions options = new RunOptions(1, directory, (done, total) -> {});
        SweepExperiment.run(sweep(Precision.FLOAT32, 1), options);
        Path file = Files.list(directory).findFirst().orElseThrow();
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> SweepExperiment.run(sweep(Precision.FLOAT64, 1), options))
                .isInstanceOf(org.lowrank.reports.ReportWriteException.class)
                .hasMessageContaining("the interrupted work of other settings");
        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void divergenceIsSaid() {
        MergingSettings m = merging(1);
        MergingSettings wild = new MergingSettings(
                m.preset(),
                m.data(),
                m.samples(),
                m.dimension(),
                m.frequency(),
                m.hidden(),
                m.initialisation(),
                1e6,
                0.0,
                List.of(0.0),
                m.steps(),
                1,
                1,
                m.records(),
                m.precision(),
                m.seed());
        assertThatThrownBy(() -> MergingExperiment.run(wild, null, threads(1)))
                .isInstanceOf(org.lowrank.trainer.merge.DivergedException.class)
                .hasMessageContaining("take a smaller --step-size");
    }

    @Test
    void doublePrecisionSweepStartsWhereTheFloatOneDoes() throws Exception {
        List<Curve> floats = SweepExperiment.run(sweep(Precision.FLOAT32, 1), threads(1));
        List<Curve> doubles = SweepExperiment.run(sweep(Precision.FLOAT64, 1), threads(1));
        double[] a = mean(floats, "loss", 1e-3);
        double[] b = mean(doubles, "loss", 1e-3);
        assertThat(a[0]).isCloseTo(b[0], org.assertj.core.api.Assertions.within(1e-6));
        assertThat(a[a.length - 1]).isCloseTo(b[b.length - 1], org.assertj.core.api.Assertions.withinPercentage(5));
    }

    private static double[] mean(List<Curve> curves, String metric, double lambda) {
        return curves.stream()
                .filter(curve -> curve.metric().equals(metric) && curve.lambda() == lambda)
                .findFirst()
                .orElseThrow()
                .values();
    }

    @Test
    void collapsedNetworkKeepsADefinedStableRank() throws Exception {
        // λ = 0.1, η = 0.1, 3 batches × 30 epochs: the weights shrink by 0.99^90 and the loss is ln 2.
        List<Curve> curves = SweepExperiment.run(sweep(Precision.FLOAT32, 1), threads(1));
        double[] rank = mean(curves, "mean_inverse_stable_rank", 0.1);
        assertThat(rank[rank.length - 1]).isBetween(1 / Math.sqrt(5), 1.0);
    }

    @Test
    void resultIsReadBackAndGivesTheSamePage() throws Exception {
        for (ExperimentSettings settings : List.of(merging(2), sweep(Precision.FLOAT32, 2))) {
            List<Curve> curves = settings instanceof MergingSettings m
                    ? MergingExperiment.run(m, null, threads(2))
                    : SweepExperiment.run((SweepSettings) settings, threads(2));
            ExperimentResult result = result(settings, curves);
            ObjectMapper mapper = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
            String json = mapper.writeValueAsString(result);
            ExperimentResult read = mapper.readValue(json, ExperimentResult.class);
            assertThat(mapper.writeValueAsString(read)).isEqualTo(json);
            assertThat(read.settings()).isEqualTo(settings);
            Report page = ExperimentReport.of(read, null, null);
            assertThat(mapper.writeValueAsString(page))
                    .isEqualTo(mapper.writeValueAsString(ExperimentReport.of(result, null, null)));
            assertThat(page.findings().get(0).findings()).isNotEmpty();
            assertThat(ExperimentOutput.summary(result))
                    .startsWith("experiment,condition,lambda,step,metric,mean,sd,draws\r\n");
            assertThat(CurveTables.summarise(result.points())).isNotEmpty();
        }
    }

    /** docs/results holds results compressed. */
    @Test
    void compressedResultIsReadLikeAPlainOne(@TempDir Path directory) throws Exception {
        SweepSettings settings = sweep(Precision.FLOAT32, 1);
        ExperimentResult result = result(settings, SweepExperiment.run(settings, threads(1)));
        Path file = directory.resolve("result.json.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(ResultJson.writeCompact(result).getBytes(StandardCharsets.UTF_8));
        }
        ExperimentResult read =
                ResultJson.as(ResultJson.read(file), ExperimentResult.class, ExperimentResult.SCHEMA_VERSION, file);
        assertThat(ResultJson.writeCompact(read.judged())).isEqualTo(ResultJson.writeCompact(result));
    }

    /** λ = 0.02 at η = 0.1 decays what is not held by e^{-12} in 6000 steps: Lemma 3's identity holds, or θ = 0 is reached. */
    @Test
    void settledNetworksAreBalancedOrCollapsed() throws Exception {
        SweepSettings from = sweep(Precision.FLOAT32, 1);
        SweepSettings settings = new SweepSettings(
                from.preset(),
                from.samples(),
                from.dimension(),
                from.frequencies(),
                from.hidden(),
                from.initialisation(),
                from.stepSizes(),
                from.batch(),
                from.epochs(),
                List.of(0.02),
                1,
                from.records(),
                Precision.FLOAT32,
                from.seed(),
                new SweepSettings.Settle(6000, 0.1));
        List<Curve> settled = SweepExperiment.run(settings, threads(1)).stream()
                .filter(curve -> curve.condition().equals(SweepExperiment.settled(10, 0.1)))
                .toList();
        double loss = mean(settled, "loss", 0.02)[settled.get(0).values().length - 1];
        double balance = mean(settled, "balance", 0.02)[settled.get(0).values().length - 1];
        assertThat(balance < 0.02 || loss > 0.99 * Math.log(2))
                .as("loss %s, balance %s", loss, balance)
                .isTrue();
    }

    @Test
    void metricsAreNamedAsInTheFiles() {
        assertThat(Metric.Quantity.LOSS.of(Metric.Subject.FIRST.merged()).text())
                .isEqualTo("loss_merged_first");
        assertThat(Metric.Quantity.STABLE_RANK.at(2).of(Metric.Subject.MERGED).text())
                .isEqualTo("stable_rank_w2_merged");
        assertThat(Metric.Quantity.COSINE.at(1).of(Metric.Subject.SECOND).text())
                .isEqualTo("cosine_h1_second");
        assertThatThrownBy(() -> Metric.Quantity.STABLE_RANK.alone()).isInstanceOf(IllegalArgumentException.class);
    }

    private static Protocol tiny(int draws) {
        return new Protocol(8, 12, 1, Initialisation.UNIFORM, 0.5, 200, draws, 6, Precision.FLOAT32, 5);
    }

    /** Every axis runs, is saved, read and shown; two draws decide nothing. */
    @Test
    void studiesAreSavedReadAndNotDecidedByTwoDraws() throws Exception {
        List<StudySettings> all = new java.util.ArrayList<>();
        all.add(new MechanismSettings(Preset.QUICK, tiny(2), List.of(16, 8), List.of(0.0, 1e-2)));
        Protocol exact = new Protocol(8, 12, 1, Initialisation.UNIFORM, 0.5, 200, 2, 6, Precision.FLOAT64, 5);
        all.add(new VariantSettings(
                Preset.QUICK,
                exact,
                List.of(16, 8),
                List.of(0.0, 1e-2),
                List.of(org.lowrank.trainer.variant.Variant.values())));
        for (GridSettings.Axis axis : GridSettings.Axis.values()) {
            List<Double> values = axis == GridSettings.Axis.OVERLAP ? List.of(0.0, 0.5) : List.of(2.0, 3.0);
            List<Double> overlaps = axis == GridSettings.Axis.TASKS ? List.of(0.0, 0.3) : List.of(0.0);
            all.add(new GridSettings(
                    Preset.QUICK, tiny(2), axis, values, List.of(16, 8), List.of(1e-2, 2e-2), overlaps));
        }
        ObjectMapper mapper = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
        for (StudySettings settings : all) {
            List<Curve> curves = curves(settings);
            ExperimentResult result = result(settings, curves);
            ExperimentResult read = mapper.readValue(mapper.writeValueAsString(result), ExperimentResult.class);
            assertThat(read.settings()).isEqualTo(settings);
            assertThat(mapper.writeValueAsString(read.judged())).isEqualTo(mapper.writeValueAsString(result));
            assertThat(result.findings())
                    .isNotEmpty()
                    .allMatch(finding -> finding.verdict() == org.lowrank.reports.finding.Verdict.UNDECIDED);
            assertThat(result.findings().toString()).doesNotContain("NaN");
            assertThat(ExperimentReport.of(read, null, null).figures()).isNotEmpty();
        }
    }

    private static List<Curve> curves(StudySettings settings) throws Exception {
        if (settings instanceof MechanismSettings mechanism) {
            return MechanismExperiment.run(mechanism, threads(2));
        }
        return settings instanceof VariantSettings variants
                ? VariantExperiment.run(variants, threads(2))
                : GridExperiment.run((GridSettings) settings, threads(2));
    }

    private static ExperimentResult fivePairs(double lambda, int steps) throws Exception {
        MergingSettings settings = new MergingSettings(
                Preset.QUICK,
                MergingSettings.Data.SYNTHETIC,
                5,
                10,
                1,
                List.of(20),
                Initialisation.UNIFORM,
                1,
                lambda,
                List.of(0.0, 0.5),
                steps,
                5,
                5,
                8,
                Precision.FLOAT32,
                0);
        return result(settings, MergingExperiment.run(settings, null, threads(2)));
    }

    /** λ = 0.5 takes every network to θ = 0, where merged and individual losses are both ln 2: no success. */
    @Test
    void collapseIsNoSuccess() throws Exception {
        assertThat(fivePairs(0.5, 1000).findings())
                .allMatch(finding -> finding.verdict() == org.lowrank.reports.finding.Verdict.UNDECIDED)
                .allMatch(finding -> finding.detail().contains("5 collapsed"))
                .extracting(finding -> finding.statement())
                .doesNotHaveDuplicates();
    }

    @Test
    void effectOfDecayIsNotToldOfTheSmallestOne() throws Exception {
        assertThat(fivePairs(0, 200).findings())
                .noneMatch(finding -> finding.statement().contains("collapsed"))
                .anyMatch(finding -> finding.statement().startsWith("Weight decay: nothing to compare"));
    }

    @Test
    void presetsAreThePapers() {
        MergingSettings merging = MergingSettings.paper(MergingSettings.Data.SYNTHETIC);
        assertThat(merging.hidden()).containsExactly(1000, 100);
        assertThat(merging.steps()).isEqualTo(100_000);
        assertThat(merging.draws()).isEqualTo(10);
        assertThat(merging.weightDecays()).containsExactly(0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2);
        assertThat(SweepSettings.paper().epochs()).isEqualTo(5000);
        MergingSettings fashion = MergingSettings.paper(MergingSettings.Data.FASHION_MNIST);
        assertThat(fashion.samples()).isEqualTo(10);
        assertThat(fashion.stepSize()).isEqualTo(0.1);
        assertThat(fashion.weightDecay()).isEqualTo(1e-3);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new SweepSettings(
                        Preset.QUICK,
                        60,
                        10,
                        List.of(10.0),
                        List.of(6),
                        Initialisation.UNIFORM,
                        List.of(0.1),
                        20,
                        30,
                        List.of(0.0),
                        1,
                        4,
                        Precision.FLOAT32,
                        5,
                        null))
                .hasMessage("sweep: hidden widths [6], frequencies [10.0], step sizes [0.1], weight decays [0.0]: need"
                        + " two widths and at least one of the others");
    }

    @Test
    void failureToWriteACheckpointIsReported(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("in-the-way"));
        assertThatThrownBy(() ->
                        SweepExperiment.run(sweep(Precision.FLOAT32, 1), new RunOptions(1, file, (done, total) -> {})))
                .isInstanceOf(ReportWriteException.class)
                .hasMessageContaining("in-the-way");
    }
}
