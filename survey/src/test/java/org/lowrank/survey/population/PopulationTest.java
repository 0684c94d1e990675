package org.lowrank.survey.population;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.MatrixKind;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.MatrixNumbers;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.spectral.StableRank;
import org.lowrank.survey.population.SurveyedModel.Counts;
import org.lowrank.survey.population.SurveyedModel.Status;
import org.lowrank.weights.tensor.DType;

class PopulationTest {
    private static final int LAYERS = 12;

    /** Shapes of a model of width d, the feed-forward part four times as wide. */
    private static Map<MatrixKind, long[]> shapes(long d) {
        return Map.of(
                MatrixKind.QKV, new long[] {3 * d, d},
                MatrixKind.O, new long[] {d, d},
                MatrixKind.M1, new long[] {4 * d, d},
                MatrixKind.M2, new long[] {d, 4 * d});
    }

    /**
     * A model from what its matrices have.
     *
     * @param entry size of an entry of kind and layer
     * @param share of the Gaussian baseline, of the layer
     */
    private static SurveyedModel model(String name, String family, long d, Entry entry, DoubleUnaryOperator share) {
        List<MatrixMeasurement> rows = new ArrayList<>();
        for (MatrixKind kind : List.of(MatrixKind.QKV, MatrixKind.O, MatrixKind.M1, MatrixKind.M2)) {
            long[] shape = shapes(d).get(kind);
            for (int layer = 0; layer < LAYERS; layer++) {
                double frobenius = entry.of(kind, layer) * Math.sqrt((double) shape[0] * shape[1]);
                double rank = share.applyAsDouble(layer) * StableRank.ofGaussian(shape[0], shape[1]);
                double spectral = frobenius / rank;
                rows.add(new MatrixMeasurement(
                        name,
                        "",
                        MatrixId.of("encoder", layer, kind),
                        new MatrixNumbers(
                                shape[0],
                                shape[1],
                                frobenius,
                                new MatrixNumbers.SpectralInterval(spectral, spectral, spectral, 0),
                                1,
                                "made",
                                null),
                        "F32",
                        List.of()));
            }
        }
        return new SurveyedModel(
                name,
                name,
                "",
                Status.MEASURED,
                "",
                new ArchitectureCard(family, LAYERS, d, 4 * d, 12, 1, DType.F32),
                new AnalysisResult.Provenance("made", "", "", List.of()),
                "",
                Map.of(),
                new Counts(rows.size(), 0, 0),
                Profile.of(rows),
                List.of());
    }

    private interface Entry {
        double of(MatrixKind kind, int layer);
    }

    /** Gaussian weights of these shapes as {@code analyze} finds them: norms within 1/√(2rc), stable ranks near the baseline. */
    private static SurveyedModel random(String name, long d, long seed) {
        Random random = new Random(seed);
        return model(
                name,
                "bert",
                d,
                (kind, layer) -> 0.02 * (1 + random.nextGaussian() / (2.0 * d)),
                layer -> 1 + 0.01 * random.nextGaussian());
    }

    /** Norms that go their own way over the layers, by seed. */
    private static Entry trained(long seed) {
        Random random = new Random(seed);
        double[][] level = new double[MatrixKind.values().length][LAYERS];
        for (double[] of : level) {
            for (int i = 0; i < LAYERS; i++) {
                of[i] = 0.04 * Math.exp(0.3 * random.nextGaussian());
            }
        }
        return (kind, layer) -> level[kind.ordinal()][layer];
    }

    private static Map<String, Finding> findings(List<SurveyedModel> models) {
        Map<String, Finding> findings = new java.util.HashMap<>();
        PopulationFindings.of(models).forEach(finding -> findings.put(finding.id(), finding));
        return findings;
    }

    @Test
    void betweenLayersLinesAreStraight() {
        Curve curve = new Curve(new double[] {0, 0.5, 1}, new double[] {1, 3, 2});

        assertThat(curve.at(0)).isEqualTo(1);
        assertThat(curve.at(0.25)).isEqualTo(2);
        assertThat(curve.at(0.5)).isEqualTo(3);
        assertThat(curve.at(0.75)).isEqualTo(2.5);
        assertThat(curve.at(1)).isEqualTo(2);
    }

    @Test
    void theDistanceIsTheRootMeanSquareRelativeDifference() {
        // every norm 5 % larger: ln 1.05 everywhere
        Entry base = trained(1);
        Population population = new Population(List.of(
                model("a", "bert", 64, base, layer -> 0.5),
                model("b", "bert", 64, (kind, layer) -> 1.05 * base.of(kind, layer), layer -> 0.5)));

        double[][] distance = new Relatives(population.subjects()).distance();

        assertThat(distance[0][1]).isCloseTo(Math.log(1.05), within(1e-12)).isEqualTo(distance[1][0]);
        assertThat(distance[0][0]).isZero();
    }

    @Test
    void aFineTunedModelIsFoundBesideItsBaseAndStrangersAreNot() {
        Entry base = trained(1);
        Random noise = new Random(9);
        List<SurveyedModel> models = List.of(
                model("base", "bert", 64, base, layer -> 0.5),
                model("stranger", "bert", 64, trained(2), layer -> 0.5),
                model(
                        "tuned",
                        "bert",
                        64,
                        (kind, layer) -> base.of(kind, layer) * (1 + 0.02 * noise.nextGaussian()),
                        layer -> 0.5),
                model("other", "bert", 64, trained(3), layer -> 0.5));
        Relatives relatives = new Relatives(new Population(models).subjects());

        assertThat(relatives.nearest())
                .filteredOn(Relatives.Nearest::isClose)
                .extracting(one -> one.subject().title() + " " + one.relative().title())
                .containsExactlyInAnyOrder("base tuned", "tuned base");
        // relatives are neighbours: base (0) and tuned (2)
        List<Integer> order = Relatives.order(relatives.distance());
        assertThat(Math.abs(order.indexOf(0) - order.indexOf(2))).isEqualTo(1);
        Finding finding = findings(models).get("population-relatives");
        assertThat(finding.numbers()).containsEntry("close_models", 2.0).containsEntry("null_close_models", 0.0);
    }

    @Test
    void randomModelsAreNobodysRelativesAndGetNoHolds() {
        List<SurveyedModel> models = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            models.add(random("random" + i, i % 2 == 0 ? 64 : 128, i));
        }

        Map<String, Finding> findings = findings(models);

        assertThat(findings.get("population-relatives").numbers()).containsEntry("close_models", 0.0);
        assertThat(findings.values())
                .isNotEmpty()
                .noneMatch(finding -> finding.verdict() == Verdict.HOLDS || finding.verdict() == Verdict.ROUGHLY);
        assertThat(findings.get("population-output").verdict()).isEqualTo(Verdict.INDISTINGUISHABLE);
        assertThat(findings.get("population-outliers").verdict()).isEqualTo(Verdict.INDISTINGUISHABLE);
        // random matrices: slope of √(rc)/(√r + √c) over widths is 1/2
        assertThat(findings.values())
                .filteredOn(finding -> finding.id().equals("population-width"))
                .isEmpty(); // two widths tell no growth
    }

    @Test
    void lowStableRanksHoldWhereNearlyAllModelsHaveThem() {
        List<SurveyedModel> models = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            models.add(model("m" + i, "bert", 64, trained(i), layer -> 0.5));
        }
        assertThat(findings(models).get("population-low-rank").verdict()).isEqualTo(Verdict.HOLDS);
        models.add(random("r1", 64, 1));
        models.add(random("r2", 64, 2));
        // 10 of 12
        assertThat(findings(models).get("population-low-rank").verdict()).isEqualTo(Verdict.ROUGHLY);
        assertThat(findings(models).get("population-low-rank").number()).isEqualTo("10 of 12");
    }

    @Test
    void oIsAMatterOfShapeWhereItsEntriesAreAsLarge() {
        SurveyedModel equal = model("equal", "bert", 64, (kind, layer) -> 0.02, layer -> 0.5);
        SurveyedModel half =
                model("half", "bert", 64, (kind, layer) -> kind == MatrixKind.O ? 0.01 : 0.02, layer -> 0.5);

        List<OutputSize> sizes = OutputSize.of(new Population(List.of(equal, half)));

        // √(d²)/(√(3d²)·√(4d²)·√(4d²))^⅓ = 48^(−1/6)
        assertThat(sizes.get(0).normRatio()).isCloseTo(Math.pow(48, -1.0 / 6), within(1e-12));
        assertThat(sizes.get(0).shapeRatio()).isCloseTo(Math.pow(48, -1.0 / 6), within(1e-12));
        assertThat(sizes.get(0).entryRatio()).isCloseTo(1, within(1e-12));
        assertThat(sizes.get(1).entryRatio()).isCloseTo(0.5, within(1e-12));
        assertThat(findings(List.of(equal)).get("population-output").verdict()).isEqualTo(Verdict.INDISTINGUISHABLE);
        assertThat(findings(List.of(half)).get("population-output").verdict()).isEqualTo(Verdict.EXCEPTION);
    }

    @Test
    void stableRanksThatFallWithWidthAreSaidToFall() {
        List<SurveyedModel> models = new ArrayList<>();
        for (long d : new long[] {32, 64, 128}) {
            models.add(model("m" + d, "bert", d, trained(d), layer -> 32.0 / d));
        }

        // shares like 1/d of baselines like √d
        Finding width = findings(models).get("population-width");
        assertThat(width.statement())
                .startsWith("Stable ranks fall with the width to the power −0.50 over these models, those of random"
                        + " matrices to the power 0.50");
        assertThat(width.number()).isEqualTo("−0.50");
    }

    /** A page makes the first letter of a detail a capital. */
    @Test
    void noDetailBeginsWithTheNameOfAModel() {
        Entry base = trained(1);
        List<SurveyedModel> models = List.of(
                model("base", "bert", 64, base, layer -> 0.5),
                model("copy", "bert", 64, base, layer -> 0.5),
                model("other", "bert", 64, trained(3), layer -> 0.5));

        assertThat(findings(models).get("population-relatives").detail()).startsWith("namely base and copy (");
    }

    @Test
    void growthWithWidthIsTheSlopeOfLogarithms() {
        List<SurveyedModel> models = new ArrayList<>();
        for (long d : new long[] {64, 128, 256, 512}) {
            // the stable rank is that of random matrices, √d, over d^¼
            models.add(model("m" + d, "bert", d, trained(d), layer -> Math.pow(d, -0.25)));
        }

        Finding finding = findings(models).get("population-width");

        assertThat(finding.numbers().get("slope")).isCloseTo(0.25, within(1e-9));
        assertThat(finding.numbers().get("null_slope")).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void thePageHasAllItsParts() {
        List<SurveyedModel> models = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            models.add(model(
                    "org/m" + i, i % 2 == 0 ? "bert" : "llama", 64 << i % 3, trained(i), layer -> 0.5 + layer / 50.0));
        }
        models.add(SurveyedModel.failed("org/broken", "org/broken", "no weights: <b>org/broken</b>"));
        SurveyResult result = SurveyResult.of(
                new AnalysisResult.Tool("lowrank", "1", "17", "os", "kernels", 1),
                List.of("lowrank", "survey"),
                "2026-01-01T00:00:00Z",
                new AnalysisResult.Settings(1e-9, 1e-10, false, false, false, 1),
                models);

        var report = SurveyReport.of(result, result.modelsCsv(), "{}");
        String html = org.lowrank.reports.HtmlReport.render(report);

        assertThat(report.sections())
                .extracting(org.lowrank.reports.Report.Section::id)
                .containsExactly("depth", "size", "output", "relatives", "models", "method", "cite");
        assertThat(html)
                .contains("12 models")
                .contains("Nearest relative of each model")
                .contains("&lt;b&gt;org/broken")
                .doesNotContain("<b>org/broken");
    }
}
