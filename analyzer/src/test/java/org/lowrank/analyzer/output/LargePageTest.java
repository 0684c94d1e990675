package org.lowrank.analyzer.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.MatrixNumbers;
import org.lowrank.analyzer.measurement.MatrixNumbers.SpectralInterval;
import org.lowrank.analyzer.measurement.ModelFindings;
import org.lowrank.analyzer.measurement.Spectrum;
import org.lowrank.reports.HtmlReport;
import org.lowrank.reports.ResultJson;
import org.lowrank.weights.tensor.DType;

/** A page of 80 layers with all singular values of 4096 × 4096 matrices, and 200,000 tensors that were not measured. */
class LargePageTest {
    @Test
    void aPageStaysUnderFiveMegabytes() throws IOException {
        AnalysisResult result = result(80, 4096, 200_000);
        String json = ResultJson.write(result);
        String page = HtmlReport.render(AnalysisReport.of(result, AnalysisOutput.matrices(result.matrices()), json));
        Files.writeString(Path.of("target", "large.html"), page); // to be looked at
        assertThat(json.length()).isGreaterThan(20_000_000);
        assertThat(page).as("80 layers have a bar of colours, no chips").contains("class=\"colourbar\"");
        assertThat(page.length()).isLessThan(5_000_000);
        assertThat(page).contains("The first 1,000 of 200,000 tensors").doesNotContain("data-download=\"json\"");
    }

    @Test
    void expertsAreAMapAndManyOfThemQuantiles() throws IOException {
        for (int experts : new int[] {8, 160}) {
            AnalysisResult result = result(experts == 8 ? 48 : 16, 32, 0, experts);
            String page = HtmlReport.render(AnalysisReport.of(result, null, null));
            Files.writeString(Path.of("target", "experts" + experts + ".html"), page); // to be looked at
            assertThat(page.length()).isLessThan(6_500_000);
            assertThat(page).contains("id=\"experts\"");
            assertThat(page.contains("<th scope=\"row\">E7</th>")).isEqualTo(experts == 8);
            assertThat(page.contains("<th scope=\"row\">median</th>")).isEqualTo(experts == 160);
        }
    }

    private static AnalysisResult result(int layers, int n, int skipped) {
        return result(layers, n, skipped, 0);
    }

    private static AnalysisResult result(int layers, int n, int skipped, int experts) {
        List<MatrixMeasurement> rows = new ArrayList<>();
        Random random = new Random(2);
        for (int layer = 0; layer < layers; layer++) {
            List<String> kinds = new ArrayList<>(List.of("Q", "K", "V", "QKV", "O"));
            for (String kind : List.of("M1", "M2")) {
                for (int expert = 0; expert < Math.max(1, experts); expert++) {
                    kinds.add(experts == 0 ? kind : kind + ":E" + expert);
                }
            }
            for (String kind : kinds) {
                double[] values = new double[n];
                double squares = 0;
                double size = (layer == 50 && kind.equals("M2") ? 20 : 1)
                        * (1 + kind.codePointAt(0) % 5 + 0.2 * random.nextGaussian());
                double fall = 0.2 + 0.05 * (kind.codePointAt(kind.length() - 1) % 4) + 0.01 * random.nextGaussian();
                for (int i = 0; i < n; i++) {
                    values[i] = size * Math.pow(i + 1.0, -fall - 0.1 * layer / layers);
                    squares += values[i] * values[i];
                }
                double norm = Math.sqrt(squares);
                rows.add(new MatrixMeasurement(
                        "large",
                        "",
                        MatrixId.parse("decoder", layer, kind),
                        new MatrixNumbers(
                                n,
                                n,
                                norm,
                                new SpectralInterval(values[0], values[0], values[0], 0),
                                1,
                                "made",
                                Spectrum.of(values, 0)),
                        "BF16",
                        List.of("layers." + layer + "." + kind)));
            }
        }
        List<AnalysisResult.Skipped> others = new ArrayList<>();
        for (int i = 0; i < skipped; i++) {
            others.add(new AnalysisResult.Skipped("large", "buffer." + i, "F32", List.of(1L), "buffer"));
        }
        return new AnalysisResult(
                AnalysisResult.SCHEMA_VERSION,
                AnalysisResult.KIND,
                new AnalysisResult.Tool("lowrank", "1", "17", "linux", "made", 1),
                List.of("lowrank"),
                "2026-01-01T00:00:00Z",
                new AnalysisResult.Settings(1e-9, 1e-9, false, false, true, 1),
                List.of(new AnalysisResult.Model(
                        "large",
                        "",
                        new ArchitectureCard("made", layers, n, n, 1, (long) layers * n * n, DType.BF16),
                        new AnalysisResult.Provenance("local path", "/large", "made", List.of()),
                        "",
                        Map.of())),
                rows,
                others,
                ModelFindings.of(rows, Optional.empty()),
                List.of());
    }
}
