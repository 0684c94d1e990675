package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.lowrank.analyzer.layer.Fused.blocks;
import static org.lowrank.analyzer.layer.Fused.columnsInTurn;
import static org.lowrank.analyzer.layer.Fused.stack;
import static org.lowrank.analyzer.layer.Fused.transposed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelMeasurer;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.DType;

/**
 * Every architecture, in the names and layouts its checkpoints have, with a known spectrum planted in each matrix: a wrong
 * split or orientation gives another spectrum.
 */
class ArchitectureTest {
    private static final int D = 24;
    private static final int F = 56;
    private static final int HEADS = 4;
    private static final int SIZE = D / HEADS;

    /** A checkpoint in the making. */
    private static final class Model {
        final PlantedLayer planted = new PlantedLayer();
        final Map<String, TestTensor> tensors = new LinkedHashMap<>();
        int kv = HEADS;

        double[][] q(int layer) {
            return planted.matrix(layer, "Q", D, D);
        }

        double[][] k(int layer) {
            return planted.matrix(layer, "K", kv * SIZE, D);
        }

        double[][] v(int layer) {
            return planted.matrix(layer, "V", kv * SIZE, D);
        }

        double[][] o(int layer) {
            return planted.matrix(layer, "O", D, D);
        }

        double[][] m1(int layer) {
            return planted.matrix(layer, "M1", F, D);
        }

        double[][] gate(int layer) {
            return planted.matrix(layer, "GATE", F, D);
        }

        double[][] m2(int layer) {
            return planted.matrix(layer, "M2", D, F);
        }

        void put(String name, double[][] matrix) {
            double[] values =
                    Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
            tensors.put(name, TestTensor.of(DType.F64, List.of((long) matrix.length, (long) matrix[0].length), values));
        }

        void put3(String name, double[][]... matrices) {
            double[] values = Arrays.stream(matrices)
                    .flatMap(Arrays::stream)
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
            List<Long> shape = List.of((long) matrices.length, (long) matrices[0].length, (long) matrices[0][0].length);
            tensors.put(name, TestTensor.of(DType.F64, shape, values));
        }
    }

    /** Fills one layer. */
    private interface Layer {
        void fill(Model model, int layer);
    }

    private record Case(String title, String config, Layer layer, int kv) {
        @Override
        public String toString() {
            return title;
        }
    }

    private static Case of(String title, String config, Layer layer) {
        return new Case(title, config, layer, HEADS);
    }

    private static Case grouped(String title, String config, Layer layer) {
        return new Case(title, config, layer, 2);
    }

    /** Six or seven separate matrices: names of Q, K, V, O, M1, M2 and, where there is one, GATE. */
    private static Layer separate(String prefix, String... names) {
        return (m, n) -> {
            String at = prefix.replace("#", Integer.toString(n));
            m.put(at + names[0], m.q(n));
            m.put(at + names[1], m.k(n));
            m.put(at + names[2], m.v(n));
            m.put(at + names[3], m.o(n));
            m.put(at + names[4], m.m1(n));
            m.put(at + names[5], m.m2(n));
            if (names.length > 6) {
                m.put(at + names[6], m.gate(n));
            }
        };
    }

    /** A fused QKV beside O, M1, M2. */
    private static Layer fused(String prefix, String qkv, FusedLayout layout, String o, String m1, String m2) {
        return (m, n) -> {
            String at = prefix.replace("#", Integer.toString(n));
            m.put(at + qkv, layout.of(m.q(n), m.k(n), m.v(n)));
            m.put(at + o, m.o(n));
            m.put(at + m1, m.m1(n));
            m.put(at + m2, m.m2(n));
        };
    }

    private interface FusedLayout {
        double[][] of(double[][] q, double[][] k, double[][] v);
    }

    private static final FusedLayout PLAIN = (q, k, v) -> stack(q, k, v);
    private static final FusedLayout PER_HEAD = (q, k, v) -> blocks(new int[] {SIZE, SIZE, SIZE}, q, k, v);
    private static final FusedLayout PER_GROUP = (q, k, v) -> blocks(new int[] {2 * SIZE, SIZE, SIZE}, q, k, v);

    static Stream<Case> cases() {
        String hidden = "\"num_hidden_layers\": 2, \"hidden_size\": 24, \"num_attention_heads\": 4";
        String gqa = hidden + ", \"num_key_value_heads\": 2";
        String embd = "\"n_layer\": 2, \"n_embd\": 24, \"n_head\": 4";
        Stream<Case> plain = Stream.of(
                of("bert", type("bert", hidden), bert("bert.encoder.layer.#.")),
                of("bert without prefix", type("bert", hidden), bert("encoder.layer.#.")),
                of("bert in a wrapper", type("bert", hidden), bert("module._orig_mod.bert.encoder.layer.#.")),
                of("bert, no config", "", bert("encoder.layer.#.")),
                of("bert, unknown type", type("berty", hidden), bert("model.encoder.layer.#.")),
                of("roberta", type("roberta", hidden), bert("roberta.encoder.layer.#.")),
                of("xlm-roberta", type("xlm-roberta", hidden), bert("roberta.encoder.layer.#.")),
                of("electra", type("electra", hidden), bert("electra.encoder.layer.#.")),
                of(
                        "distilbert",
                        type("distilbert", "\"n_layers\": 2, \"dim\": 24, \"n_heads\": 4"),
                        separate(
                                "distilbert.transformer.layer.#.",
                                "attention.q_lin.weight",
                                "attention.k_lin.weight",
                                "attention.v_lin.weight",
                                "attention.out_lin.weight",
                                "ffn.lin1.weight",
                                "ffn.lin2.weight")),
                of(
                        "deberta-v2",
                        type("deberta-v2", hidden),
                        separate(
                                "deberta.encoder.layer.#.",
                                "attention.self.query_proj.weight",
                                "attention.self.key_proj.weight",
                                "attention.self.value_proj.weight",
                                "attention.output.dense.weight",
                                "intermediate.dense.weight",
                                "output.dense.weight")),
                of(
                        "deberta",
                        type("deberta", hidden),
                        fused(
                                "deberta.encoder.layer.#.",
                                "attention.self.in_proj.weight",
                                PER_HEAD,
                                "attention.output.dense.weight",
                                "intermediate.dense.weight",
                                "output.dense.weight")),
                of(
                        "mpnet",
                        type("mpnet", hidden),
                        separate(
                                "mpnet.encoder.layer.#.",
                                "attention.attn.q.weight",
                                "attention.attn.k.weight",
                                "attention.attn.v.weight",
                                "attention.attn.o.weight",
                                "intermediate.dense.weight",
                                "output.dense.weight")),
                of("modernbert", type("modernbert", hidden), (m, n) -> {
                    m.put("model.layers." + n + ".attn.Wqkv.weight", stack(m.q(n), m.k(n), m.v(n)));
                    m.put("model.layers." + n + ".attn.Wo.weight", m.o(n));
                    m.put("model.layers." + n + ".mlp.Wi.weight", stack(m.gate(n), m.m1(n)));
                    m.put("model.layers." + n + ".mlp.Wo.weight", m.m2(n));
                }),
                of("gpt2", type("gpt2", embd), gpt2("transformer.h.#.", true)),
                of("gpt2 without prefix", type("gpt2", embd), gpt2("h.#.", true)),
                of("gpt2, no config", "", gpt2("h.#.", true)),
                of("openai-gpt", type("openai-gpt", embd), gpt2("transformer.h.#.", true)),
                new Case(
                        "gpt_bigcode, one key-value head",
                        type("gpt_bigcode", embd + ", \"multi_query\": true"),
                        gpt2("transformer.h.#.", false),
                        1),
                of(
                        "gpt_bigcode, all heads",
                        type("gpt_bigcode", embd + ", \"multi_query\": false"),
                        fused(
                                "transformer.h.#.",
                                "attn.c_attn.weight",
                                PER_HEAD,
                                "attn.c_proj.weight",
                                "mlp.c_fc.weight",
                                "mlp.c_proj.weight")),
                of(
                        "gptj",
                        type("gptj", embd),
                        separate(
                                "transformer.h.#.",
                                "attn.q_proj.weight",
                                "attn.k_proj.weight",
                                "attn.v_proj.weight",
                                "attn.out_proj.weight",
                                "mlp.fc_in.weight",
                                "mlp.fc_out.weight")),
                of(
                        "codegen",
                        type("codegen", embd),
                        fused(
                                "transformer.h.#.",
                                "attn.qkv_proj.weight",
                                (q, k, v) -> blocks(new int[] {D / 4, D / 4, D / 4}, q, v, k),
                                "attn.out_proj.weight",
                                "mlp.fc_in.weight",
                                "mlp.fc_out.weight")),
                of(
                        "gpt_neo",
                        type("gpt_neo", "\"num_layers\": 2, \"hidden_size\": 24, \"num_heads\": 4"),
                        separate(
                                "transformer.h.#.",
                                "attn.attention.q_proj.weight",
                                "attn.attention.k_proj.weight",
                                "attn.attention.v_proj.weight",
                                "attn.attention.out_proj.weight",
                                "mlp.c_fc.weight",
                                "mlp.c_proj.weight")),
                of(
                        "gpt_neox",
                        type("gpt_neox", hidden),
                        fused(
                                "gpt_neox.layers.#.",
                                "attention.query_key_value.weight",
                                PER_HEAD,
                                "attention.dense.weight",
                                "mlp.dense_h_to_4h.weight",
                                "mlp.dense_4h_to_h.weight")),
                of("opt", type("opt", hidden), opt("model.decoder.layers.#.")),
                of("opt, base model", type("opt", hidden), opt("decoder.layers.#.")),
                of("bloom", type("bloom", "\"n_layer\": 2, \"n_head\": 4, \"hidden_size\": 24"), falcon(PER_HEAD)),
                of(
                        "falcon rw",
                        type("falcon", hidden + ", \"multi_query\": false, \"new_decoder_architecture\": false"),
                        falcon(PER_HEAD)),
                new Case(
                        "falcon 7b",
                        type("falcon", hidden + ", \"multi_query\": true, \"new_decoder_architecture\": false"),
                        falcon(PLAIN),
                        1),
                grouped(
                        "falcon 40b",
                        type(
                                "falcon",
                                hidden + ", \"multi_query\": true, \"num_kv_heads\": 2, "
                                        + "\"new_decoder_architecture\": true"),
                        falcon(PER_GROUP)),
                of(
                        "mpt",
                        type("mpt", "\"n_layers\": 2, \"d_model\": 24, \"n_heads\": 4"),
                        fused(
                                "transformer.blocks.#.",
                                "attn.Wqkv.weight",
                                PLAIN,
                                "attn.out_proj.weight",
                                "ffn.up_proj.weight",
                                "ffn.down_proj.weight")),
                of(
                        "phi",
                        type("phi", hidden + ", \"num_key_value_heads\": null"),
                        separate(
                                "model.layers.#.",
                                "self_attn.q_proj.weight",
                                "self_attn.k_proj.weight",
                                "self_attn.v_proj.weight",
                                "self_attn.dense.weight",
                                "mlp.fc1.weight",
                                "mlp.fc2.weight")),
                of(
                        "phi-msft",
                        type("phi-msft", embd),
                        fused(
                                "transformer.h.#.",
                                "mixer.Wqkv.weight",
                                PLAIN,
                                "mixer.out_proj.weight",
                                "mlp.fc1.weight",
                                "mlp.fc2.weight")),
                grouped("phi3", type("phi3", gqa), (m, n) -> {
                    m.put("model.layers." + n + ".self_attn.qkv_proj.weight", stack(m.q(n), m.k(n), m.v(n)));
                    m.put("model.layers." + n + ".self_attn.o_proj.weight", m.o(n));
                    m.put("model.layers." + n + ".mlp.gate_up_proj.weight", stack(m.gate(n), m.m1(n)));
                    m.put("model.layers." + n + ".mlp.down_proj.weight", m.m2(n));
                }),
                grouped("llama", type("llama", gqa), llama("model.layers.#.")),
                grouped("qwen3", type("qwen3", gqa), llama("model.layers.#.")),
                grouped("llama, no config", "", llama("model.layers.#.")),
                grouped(
                        "starcoder2",
                        type("starcoder2", gqa),
                        separate(
                                "model.layers.#.",
                                "self_attn.q_proj.weight",
                                "self_attn.k_proj.weight",
                                "self_attn.v_proj.weight",
                                "self_attn.o_proj.weight",
                                "mlp.c_fc.weight",
                                "mlp.c_proj.weight")),
                grouped(
                        "nemotron",
                        type("nemotron", gqa),
                        separate(
                                "model.layers.#.",
                                "self_attn.q_proj.weight",
                                "self_attn.k_proj.weight",
                                "self_attn.v_proj.weight",
                                "self_attn.o_proj.weight",
                                "mlp.up_proj.weight",
                                "mlp.down_proj.weight")),
                grouped("glm4", type("glm4", gqa), (m, n) -> {
                    attention(m, n);
                    m.put("model.layers." + n + ".mlp.gate_up_proj.weight", stack(m.gate(n), m.m1(n)));
                    m.put("model.layers." + n + ".mlp.down_proj.weight", m.m2(n));
                }),
                of(
                        "persimmon",
                        type("persimmon", hidden),
                        fused(
                                "model.layers.#.",
                                "self_attn.query_key_value.weight",
                                PER_HEAD,
                                "self_attn.dense.weight",
                                "mlp.dense_h_to_4h.weight",
                                "mlp.dense_4h_to_h.weight")),
                grouped("internlm2", type("internlm2", gqa), (m, n) -> {
                    m.put("model.layers." + n + ".attention.wqkv.weight", PER_GROUP.of(m.q(n), m.k(n), m.v(n)));
                    m.put("model.layers." + n + ".attention.wo.weight", m.o(n));
                    m.put("model.layers." + n + ".feed_forward.w3.weight", m.m1(n));
                    m.put("model.layers." + n + ".feed_forward.w1.weight", m.gate(n));
                    m.put("model.layers." + n + ".feed_forward.w2.weight", m.m2(n));
                }),
                grouped(
                        "llama, original",
                        type("llama", gqa),
                        separate(
                                "layers.#.",
                                "attention.wq.weight",
                                "attention.wk.weight",
                                "attention.wv.weight",
                                "attention.wo.weight",
                                "feed_forward.w3.weight",
                                "feed_forward.w2.weight",
                                "feed_forward.w1.weight")),
                grouped("mixtral", type("mixtral", gqa), (m, n) -> {
                    attention(m, n);
                    experts(m, n, "block_sparse_moe.experts.", "w3", "w1", "w2");
                }),
                grouped("qwen3_moe", type("qwen3_moe", gqa), (m, n) -> {
                    attention(m, n);
                    experts(m, n, "mlp.experts.", "up_proj", "gate_proj", "down_proj");
                    m.put("model.layers." + n + ".mlp.gate.weight", new double[3][D]);
                }),
                grouped("qwen2_moe with a shared expert", type("qwen2_moe", gqa), (m, n) -> {
                    attention(m, n);
                    experts(m, n, "mlp.experts.", "up_proj", "gate_proj", "down_proj");
                    m.put(
                            "model.layers." + n + ".mlp.shared_expert.up_proj.weight",
                            m.planted.matrix(n, "M1:shared", F, D));
                    m.put(
                            "model.layers." + n + ".mlp.shared_expert.gate_proj.weight",
                            m.planted.matrix(n, "GATE:shared", F, D));
                    m.put(
                            "model.layers." + n + ".mlp.shared_expert.down_proj.weight",
                            m.planted.matrix(n, "M2:shared", D, F));
                }),
                grouped("gpt_oss", type("gpt_oss", gqa), (m, n) -> {
                    attention(m, n);
                    double[][][] up = new double[2][][];
                    double[][][] down = new double[2][][];
                    for (int e = 0; e < 2; e++) {
                        double[][] gate = m.planted.matrix(n, "GATE:E" + e, F, D);
                        up[e] = columnsInTurn(transposed(gate), transposed(m.planted.matrix(n, "M1:E" + e, F, D)));
                        down[e] = transposed(m.planted.matrix(n, "M2:E" + e, D, F));
                    }
                    m.put3("model.layers." + n + ".mlp.experts.gate_up_proj", up);
                    m.put3("model.layers." + n + ".mlp.experts.down_proj", down);
                }),
                of(
                        "vit",
                        type("vit", hidden),
                        separate(
                                "vit.encoder.layer.#.",
                                "attention.attention.query.weight",
                                "attention.attention.key.weight",
                                "attention.attention.value.weight",
                                "attention.output.dense.weight",
                                "intermediate.dense.weight",
                                "output.dense.weight")),
                of(
                        "dinov2",
                        type("dinov2", hidden),
                        separate(
                                "encoder.layer.#.",
                                "attention.attention.query.weight",
                                "attention.attention.key.weight",
                                "attention.attention.value.weight",
                                "attention.output.dense.weight",
                                "mlp.fc1.weight",
                                "mlp.fc2.weight")),
                of(
                        "wav2vec2",
                        type("wav2vec2", hidden),
                        separate(
                                "wav2vec2.encoder.layers.#.",
                                "attention.q_proj.weight",
                                "attention.k_proj.weight",
                                "attention.v_proj.weight",
                                "attention.out_proj.weight",
                                "feed_forward.intermediate_dense.weight",
                                "feed_forward.output_dense.weight")));
        return plain;
    }

    private static String type(String modelType, String rest) {
        return "{\"model_type\": \"" + modelType + "\", " + rest + "}";
    }

    private static Layer bert(String prefix) {
        return separate(
                prefix,
                "attention.self.query.weight",
                "attention.self.key.weight",
                "attention.self.value.weight",
                "attention.output.dense.weight",
                "intermediate.dense.weight",
                "output.dense.weight");
    }

    private static Layer opt(String prefix) {
        return separate(
                prefix,
                "self_attn.q_proj.weight",
                "self_attn.k_proj.weight",
                "self_attn.v_proj.weight",
                "self_attn.out_proj.weight",
                "fc1.weight",
                "fc2.weight");
    }

    private static Layer llama(String prefix) {
        return separate(
                prefix,
                "self_attn.q_proj.weight",
                "self_attn.k_proj.weight",
                "self_attn.v_proj.weight",
                "self_attn.o_proj.weight",
                "mlp.up_proj.weight",
                "mlp.down_proj.weight",
                "mlp.gate_proj.weight");
    }

    private static Layer gpt2(String prefix, boolean conv1d) {
        return (m, n) -> {
            String at = prefix.replace("#", Integer.toString(n));
            double[][] qkv = stack(m.q(n), m.k(n), m.v(n));
            m.put(at + "attn.c_attn.weight", conv1d ? transposed(qkv) : qkv);
            m.put(at + "attn.c_proj.weight", conv1d ? transposed(m.o(n)) : m.o(n));
            m.put(at + "mlp.c_fc.weight", conv1d ? transposed(m.m1(n)) : m.m1(n));
            m.put(at + "mlp.c_proj.weight", conv1d ? transposed(m.m2(n)) : m.m2(n));
        };
    }

    private static Layer falcon(FusedLayout layout) {
        return fused(
                "transformer.h.#.",
                "self_attention.query_key_value.weight",
                layout,
                "self_attention.dense.weight",
                "mlp.dense_h_to_4h.weight",
                "mlp.dense_4h_to_h.weight");
    }

    private static void attention(Model m, int n) {
        String at = "model.layers." + n + ".self_attn.";
        m.put(at + "q_proj.weight", m.q(n));
        m.put(at + "k_proj.weight", m.k(n));
        m.put(at + "v_proj.weight", m.v(n));
        m.put(at + "o_proj.weight", m.o(n));
    }

    private static void experts(Model m, int n, String path, String up, String gate, String down) {
        for (int e = 0; e < 3; e++) {
            String at = "model.layers." + n + "." + path + e + ".";
            m.put(at + up + ".weight", m.planted.matrix(n, "M1:E" + e, F, D));
            m.put(at + gate + ".weight", m.planted.matrix(n, "GATE:E" + e, F, D));
            m.put(at + down + ".weight", m.planted.matrix(n, "M2:E" + e, D, F));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plantedSpectrumComesBack(Case tested, @TempDir Path directory) throws Exception {
        Model model = new Model();
        model.kv = tested.kv();
        for (int layer = 0; layer < 2; layer++) {
            tested.layer().fill(model, layer);
        }
        model.put("embeddings.word_embeddings.weight", new double[61][D]);
        CheckpointWriters.write(Format.SAFETENSORS, directory, model.tensors);
        Files.move(directory.resolve(Format.SAFETENSORS.fileName()), directory.resolve("weights.safetensors"));
        if (!tested.config().isEmpty()) {
            Files.writeString(directory.resolve("config.json"), tested.config());
        }
        Map<String, Double> sigma = new TreeMap<>();
        Map<String, Double> frobenius = new TreeMap<>();
        for (MatrixMeasurement row : measure(directory)) {
            sigma.put(row.layer() + " " + row.matrix(), row.spectralNorm());
            frobenius.put(row.layer() + " " + row.matrix(), row.frobeniusNorm());
        }
        model.planted.planted().forEach((matrix, scale) -> {
            assertThat(sigma)
                    .as("σ1")
                    .hasEntrySatisfying(
                            matrix, found -> assertThat(found).as(matrix).isCloseTo(scale, within(1e-9 * scale)));
            assertThat(frobenius.get(matrix)).isCloseTo(scale * PlantedLayer.FROBENIUS, within(1e-9 * scale));
        });
        assertThat(frobenius.get("0 QKV"))
                .isCloseTo(
                        Math.sqrt(Math.pow(frobenius.get("0 Q"), 2)
                                + Math.pow(frobenius.get("0 K"), 2)
                                + Math.pow(frobenius.get("0 V"), 2)),
                        within(1e-9));
        assertThat(sigma).hasSize(model.planted.planted().size() + 2); // QKV of two layers
    }

    private static List<MatrixMeasurement> measure(Path directory) throws Exception {
        try (LocalFiles files = LocalFiles.of(directory);
                CheckpointReader reader = new CheckpointReader(files);
                SpectralEngine engine = SpectralEngines.create()) {
            ModelLayers layers = LayerCatalog.resolve(reader.read());
            return new ModelMeasurer(engine, SpectralOptions.defaults(), 1)
                    .measure("m", "", layers.matrices(), (done, total, last) -> {});
        }
    }
}
