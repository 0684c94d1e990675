package org.lowrank.analyzer.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.checkpoints.Content;
import org.lowrank.weights.checkpoints.PlantedMatrix;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.files.SourceOptions.DownloadMode;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.hub.FakeRepo;
import org.lowrank.weights.tensor.DType;

/**
 * The paper's six models by name, in the layout they have on the Hub: from headers alone at full size, and measured where
 * that is quick, with every layer matrix's spectrum known.
 */
class PaperModelsTest {
    @TempDir
    Path folder;

    private final Map<String, Long> streamed = new ConcurrentHashMap<>();
    private FakeHub hub;
    private SourceOptions options;

    @BeforeEach
    void startHub() throws IOException {
        hub = new FakeHub();
        options = SourceOptions.defaults()
                .withEnvironment(Map.of(
                        "HF_ENDPOINT", hub.endpoint(),
                        "HF_HOME", folder.resolve("hf").toString(),
                        "LOWRANK_CACHE", folder.resolve("own").toString()))
                .withProgress((file, done, total) -> streamed.merge(file, done, Math::max));
    }

    @AfterEach
    void stopHub() {
        hub.close();
    }

    private Layout publish(PaperModel model, String revision, ModelSize size, DType dtype) {
        FakeRepo repo = hub.repo(model.id());
        Content text = Content.of("not read".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        model.otherFiles().forEach(name -> repo.with(revision, name, text));
        byte[] config = model.config(size).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        repo.with(revision, "config.json", Content.of(config));
        Layout layout = model.layout(size, dtype);
        model.weights(layout).forEach((name, content) -> repo.with(revision, name, content));
        return layout;
    }

    private ModelAnalysis open(String reference, DownloadMode mode, LayerSelection selection) throws Exception {
        return ModelAnalysis.open(reference, options.withDownloadMode(mode), selection);
    }

    private static List<MatrixMeasurement> measure(ModelAnalysis model) throws Exception {
        try (SpectralEngine engine = SpectralEngines.create()) {
            return model.measure(
                            engine, SpectralOptions.defaults(), 2, "test", Optional.empty(), (done, total, last) -> {})
                    .matrices();
        }
    }

    /** Table 1 of the paper; parameters as transformers counts them, buffers and tied heads left out. */
    @ParameterizedTest
    @CsvSource({
        "BERT_BASE, 110106428, safetensors",
        "ROBERTA_BASE, 124697433, safetensors",
        "GPT2_LARGE, 774030080, safetensors",
        "GPT2_XL, 1557611200, safetensors",
        "PHI_2, 2779683840, 'safetensors, 2 files'",
        "GPT_J, 6050882784, PyTorch"
    })
    void fullSizeHeadersGiveTheArchitectureForFewBytes(PaperModel paper, long parameters, String format)
            throws Exception {
        ModelSize size = paper.size();
        publish(paper, "main", size, paper.dtype());
        try (ModelAnalysis model = open(paper.id(), DownloadMode.STREAM, LayerSelection.ALL)) {
            ModelLayers.ArchitectureCard card = model.layers().card();
            assertThat(card)
                    .isEqualTo(new ModelLayers.ArchitectureCard(
                            paper.modelType(),
                            size.layers(),
                            size.d(),
                            size.f(),
                            size.heads(),
                            parameters,
                            paper.dtype()));
            assertThat(model.checkpoint().format()).startsWith(format);
            assertThat(model.layers().warnings()).isEmpty();
            assertThat(model.checkpoint().warnings()).isEmpty();
            assertThat(model.layers().matrices())
                    .as("Q, K, V, QKV, O, M1, M2 of every layer")
                    .hasSize(7 * size.layers());
            assertThat(model.layers().matrices()).allSatisfy(matrix -> {
                assertThat(matrix.rows())
                        .isEqualTo(
                                switch (matrix.matrix()) {
                                    case "M1" -> (long) size.f();
                                    case "QKV" -> 3L * size.d();
                                    default -> (long) size.d();
                                });
                assertThat(matrix.cols()).isEqualTo(matrix.matrix().equals("M2") ? size.f() : size.d());
            });
            assertThat(model.bytesToRead())
                    .as("4 d² + 2 d f per layer")
                    .isEqualTo((4L * size.d() * size.d() + 2L * size.d() * size.f())
                            * size.layers()
                            * (paper.dtype() == DType.F16 ? 2 : 4));
        }
        assertThat(streamed.values().stream().mapToLong(Long::longValue).sum())
                .as("bytes over the wire")
                .isLessThan(1 << 20);
        assertThat(filesBelow(folder)).isEmpty();
    }

    /** Sizes of the files on the Hub: one name, shape or type that differs would change the header's length. */
    @ParameterizedTest
    @CsvSource({
        "BERT_BASE, model.safetensors, 440449768",
        "GPT2_LARGE, model.safetensors, 3247159078",
        "PHI_2, model-00001-of-00002.safetensors, 4995584424",
    })
    void madeFilesHaveTheSizeOfTheRealOnes(PaperModel paper, String file, long size) {
        assertThat(paper.weights(paper.layout(paper.size())))
                .hasEntrySatisfying(file, content -> assertThat(content.size()).isEqualTo(size));
    }

    /** Counted by hand from the layouts; every tensor is used or in one of these. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        BERT_BASE    | 102 | 26 | 3 | output head, not part of a layer=2;pooler or projection, not part of a layer=1
        ROBERTA_BASE | 100 | 26 | 2 | index, a buffer=1;output head, not part of a layer=1;vector, not a matrix=1
        GPT2_LARGE   | 217 | 73 | 2 | attention mask, a buffer=36
        GPT2_XL      | 289 | 97 | 2 | attention mask, a buffer=48
        PHI_2        | 226 | 33 | 1 | output head, not part of a layer=1
        GPT_J        |  86 | 29 | 1 | attention mask, a buffer=56;output head, not part of a layer=1
        """)
    void everythingElseIsNamedForWhatItIs(
            PaperModel paper, long biases, long normalisations, long embeddings, String others) throws Exception {
        Layout layout = publish(paper, "main", paper.size().narrowed(), paper.dtype());
        Map<String, Long> expected =
                new TreeMap<>(Map.of("bias", biases, "normalisation", normalisations, "embedding", embeddings));
        for (String other : others.split(";")) {
            expected.put(other.substring(0, other.indexOf('=')), Long.valueOf(other.substring(other.indexOf('=') + 1)));
        }
        try (ModelAnalysis model = open(paper.id(), DownloadMode.STREAM, LayerSelection.ALL)) {
            assertThat(model.skipped().stream()
                            .collect(Collectors.groupingBy(AnalysisResult.Skipped::reason, Collectors.counting())))
                    .isEqualTo(expected);
            long used = model.layers().matrices().stream()
                    .flatMap(matrix -> matrix.parts().stream())
                    .map(part -> part.tensor().name())
                    .distinct()
                    .count();
            assertThat(used + model.skipped().size()).isEqualTo(layout.tensors().size());
        }
    }

    @ParameterizedTest
    @EnumSource(PaperModel.class)
    void streamAndCacheGiveTheSameNumbersAndThePlantedSpectrum(PaperModel paper) throws Exception {
        ModelSize size = paper.size().narrowed();
        Layout layout = publish(paper, "main", size, paper.dtype());
        List<MatrixMeasurement> rows;
        try (ModelAnalysis model = open(paper.id(), DownloadMode.STREAM, LayerSelection.ALL)) {
            assertThat(model.files().provenance().source()).isEqualTo("Hugging Face Hub (stream)");
            rows = measure(model);
        }
        assertThat(filesBelow(folder)).as("nothing is kept").isEmpty();
        try (ModelAnalysis model = open(paper.id(), DownloadMode.CACHE, LayerSelection.ALL)) {
            assertThat(model.files().provenance().source()).isEqualTo("Hugging Face Hub (cache)");
            assertThat(measure(model)).isEqualTo(rows);
        }
        assertThat(filesBelow(folder).stream()
                        .map(Path::of)
                        .map(Path::getFileName)
                        .map(Path::toString))
                .as("only what is needed is downloaded")
                .doesNotContainAnyElementsOf(paper.otherFiles());
        assertThat(rows).hasSize(7 * size.layers());
        assertPlanted(rows, layout);
    }

    @Test
    void oneLayerOfGpt2LargeIsMeasuredAtFullSizeFromItsRangesAlone() throws Exception {
        PaperModel paper = PaperModel.GPT2_LARGE;
        Layout layout = publish(paper, "main", paper.size(), DType.F32);
        LayerSelection last = LayerSelection.parse(Optional.of("35"), Optional.empty());
        List<MatrixMeasurement> rows;
        try (ModelAnalysis model = open(paper.id(), DownloadMode.STREAM, last)) {
            rows = measure(model);
        }
        assertThat(rows).extracting(MatrixMeasurement::matrix).containsExactly("Q", "K", "V", "QKV", "O", "M1", "M2");
        assertPlanted(rows, layout);
        long layer = 4L * (4 * 1280 * 1280 + 2 * 1280 * 5120);
        assertThat(streamed.get("streaming model.safetensors"))
                .as("the layer's 79 MB of 3.2 GB, and the header")
                .isBetween(layer, layer + (1 << 20));
        assertThat(filesBelow(folder)).isEmpty();
    }

    @Test
    void branchFloat16OfGptJIsAnotherRevision() throws Exception {
        PaperModel paper = PaperModel.GPT_J;
        ModelSize size = paper.size().narrowed();
        publish(paper, "main", size, DType.F32);
        Layout half = publish(paper, "float16", size, DType.F16);
        LayerSelection first = LayerSelection.parse(Optional.of("0-1"), Optional.empty());
        try (ModelAnalysis main = open(paper.id(), DownloadMode.CACHE, first);
                ModelAnalysis branch = open(paper.id() + "@float16", DownloadMode.CACHE, first)) {
            assertThat(main.layers().card().dtype()).isEqualTo(DType.F32);
            assertThat(branch.layers().card().dtype()).isEqualTo(DType.F16);
            assertThat(branch.files().provenance().revision())
                    .isNotEqualTo(main.files().provenance().revision());
            assertPlanted(measure(branch), half);
        }
    }

    /**
     * σ1 and ‖A‖_F as planted: rounding to 24 or 11 bits moves each by at most 2⁻²⁴ or 2⁻¹¹ of ‖A‖_F (Weyl's inequality),
     * and σ1 is computed to 1e-9.
     */
    private static void assertPlanted(List<MatrixMeasurement> rows, Layout layout) {
        for (MatrixMeasurement row : rows) {
            double unit = row.dtype().equals("F16") ? 0x1p-11 : 0x1p-24;
            String matrix = row.layer() + " " + row.matrix();
            double sigma;
            double frobenius;
            if (row.matrix().equals("QKV")) {
                List<PlantedMatrix> parts = Stream.of("Q", "K", "V")
                        .map(kind -> layout.matrix(row.layer(), kind))
                        .toList();
                sigma = parts.stream()
                        .mapToDouble(PlantedMatrix::spectralNorm)
                        .max()
                        .orElseThrow();
                frobenius = Math.sqrt(parts.stream()
                        .mapToDouble(part -> part.frobeniusNorm() * part.frobeniusNorm())
                        .sum());
            } else {
                PlantedMatrix planted = layout.matrix(row.layer(), row.matrix());
                sigma = planted.spectralNorm();
                frobenius = planted.frobeniusNorm();
            }
            assertThat(row.spectralNorm())
                    .as("σ1 of " + matrix)
                    .isCloseTo(sigma, within(unit * frobenius + 1e-9 * sigma));
            assertThat(row.frobeniusNorm()).as("‖A‖_F of " + matrix).isCloseTo(frobenius, within(unit * frobenius));
        }
    }

    private static List<String> filesBelow(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(Files::isRegularFile).map(Path::toString).toList();
        }
    }
}
