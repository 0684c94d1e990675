package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.checkpoints.OnnxWriter;
import org.lowrank.weights.checkpoints.ProtoWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.Tensor.Orientation;

/** Module paths and orientation of weights whose names an exporter lost. */
class OnnxNamesTest {
    private static final String FILE = "model.onnx";
    private static final TestTensor MATRIX = TestTensor.f32(List.of(2L, 3L), 1, 2, 3, 4, 5, 6);
    private static final TestTensor BIAS = TestTensor.f32(List.of(3L), 7, 8, 9);

    @Test
    void foldedWeightsAreNamedByTheirNodesPath() throws Exception {
        OnnxWriter model = new OnnxWriter().initializer("onnx::MatMul_123", MATRIX);
        model.node(
                "/bert/encoder/layer.0/attention/self/query/MatMul",
                "MatMul",
                List.of("x", "onnx::MatMul_123"),
                List.of("y"));
        ReadBack read = ReadBack.of(FILE, model.toByteArray());
        String name = "bert.encoder.layer.0.attention.self.query.weight";
        assertThat(read.tensors().keySet()).containsExactly(name);
        assertThat(read.tensors().get(name).orientation()).isEqualTo(Orientation.IN_OUT);
    }

    @Test
    void foldedWeightsOfTheNewExporterAreNamedByScope() throws Exception {
        ProtoWriter node = OnnxWriter.describeNode("node_MatMul_37", "MatMul", List.of("x", "val_38"), List.of("y"));
        node.message(
                9,
                OnnxWriter.property(
                        "pkg.torch.onnx.name_scopes",
                        "['', 'encoder', 'encoder.layer.0', 'encoder.layer.0.attention.self.query', 'linear']"));
        byte[] file = new OnnxWriter().initializer("val_38", MATRIX).node(node).toByteArray();
        ReadBack read = ReadBack.of(FILE, file);
        assertThat(read.tensors().keySet()).containsExactly("encoder.layer.0.attention.self.query.weight");
    }

    @Test
    void otherwiseTheBiasAddedNamesTheModule() throws Exception {
        OnnxWriter model = new OnnxWriter().initializer("W7", MATRIX).initializer("h.0.fc.bias", BIAS);
        model.node("MatMul_5", "MatMul", List.of("x", "W7"), List.of("y"));
        model.node("Add_6", "Add", List.of("h.0.fc.bias", "y"), List.of("z"));
        ReadBack read = ReadBack.of(FILE, model.toByteArray());
        assertThat(read.tensors().keySet()).containsExactly("h.0.fc.bias", "h.0.fc.weight");
        assertThat(read.tensors().get("h.0.fc.weight").orientation()).isEqualTo(Orientation.IN_OUT);
    }

    @Test
    void gemmTellsWhetherItTransposes() throws Exception {
        ProtoWriter gemm =
                OnnxWriter.describeNode("/pooler/Gemm", "Gemm", List.of("x", "pooler.dense.weight"), List.of("y"));
        gemm.message(5, new ProtoWriter().text(1, "transB").number(3, 1).number(20, 2));
        ReadBack transposed = ReadBack.of(
                FILE,
                new OnnxWriter()
                        .initializer("pooler.dense.weight", MATRIX)
                        .node(gemm)
                        .toByteArray());
        assertThat(transposed.tensors().get("pooler.dense.weight").orientation())
                .isEqualTo(Orientation.OUT_IN);
        OnnxWriter conv1d = new OnnxWriter().initializer("h.0.attn.c_attn.weight", MATRIX);
        conv1d.node("/h.0/attn/c_attn/Gemm", "Gemm", List.of("x", "h.0.attn.c_attn.weight"), List.of("y"));
        ReadBack plain = ReadBack.of(FILE, conv1d.toByteArray());
        assertThat(plain.tensors().get("h.0.attn.c_attn.weight").orientation()).isEqualTo(Orientation.IN_OUT);
    }

    @Test
    void weightsTransposedInTheGraphAreOutIn() throws Exception {
        OnnxWriter model = new OnnxWriter().initializer("fc.weight", MATRIX);
        model.node("t", "Transpose", List.of("fc.weight"), List.of("fc.weight_T"));
        model.node("/fc/MatMul", "MatMul", List.of("x", "fc.weight_T"), List.of("y"));
        assertThat(ReadBack.of(FILE, model.toByteArray())
                        .tensors()
                        .get("fc.weight")
                        .orientation())
                .isEqualTo(Orientation.OUT_IN);
    }

    /** onnxruntime's BERT fusion: one weight [hidden, 3 hidden], columns Q, K, V. */
    @Test
    void fusedAttentionIsNamedByTheLayerItFeeds() throws Exception {
        TestTensor qkv = TestTensor.f32(List.of(1L, 3L), 1, 2, 3);
        OnnxWriter model = new OnnxWriter().initializer("Attention_0_qkv_weight", qkv);
        model.node("Attention_0", "Attention", List.of("x", "Attention_0_qkv_weight", "b", "m"), List.of("a"));
        model.node("/encoder/layer.0/attention/output/dense/MatMul", "MatMul", List.of("a", "w"), List.of("y"));
        ReadBack read = ReadBack.of(FILE, model.toByteArray());
        assertThat(read.tensors().keySet()).containsExactly("encoder.layer.0.attention.self.qkv.weight");
        OnnxWriter path = new OnnxWriter().initializer("qkv_1", qkv);
        path.node("/layer.3/attention/self/Attention", "Attention", List.of("x", "qkv_1"), List.of("a"));
        assertThat(ReadBack.of(FILE, path.toByteArray()).tensors().keySet())
                .containsExactly("layer.3.attention.self.qkv.weight");
        OnnxWriter alone = new OnnxWriter().initializer("Attention_0_qkv_weight", qkv);
        alone.node("Attention_0", "Attention", List.of("x", "Attention_0_qkv_weight", "b", "m"), List.of("a"));
        assertThat(ReadBack.of(FILE, alone.toByteArray()).tensors().keySet())
                .containsExactly("Attention_0.attention.self.qkv.weight");
    }

    @Test
    void aWeightOfTwoProductsIsNamedByTheFirst() throws Exception {
        OnnxWriter model = new OnnxWriter().initializer("onnx::MatMul_1", MATRIX);
        model.node("/a/fc/MatMul", "MatMul", List.of("x", "onnx::MatMul_1"), List.of("y"));
        model.node("/b/fc/MatMul", "MatMul", List.of("y", "onnx::MatMul_1"), List.of("z"));
        assertThat(ReadBack.of(FILE, model.toByteArray()).tensors().keySet()).containsExactly("a.fc.weight");
    }

    @Test
    void twoWeightsOfOneModuleKeepDifferentNames() throws Exception {
        OnnxWriter model =
                new OnnxWriter().initializer("onnx::MatMul_1", MATRIX).initializer("onnx::MatMul_2", MATRIX);
        model.node("/fc/MatMul", "MatMul", List.of("x", "onnx::MatMul_1"), List.of("y"));
        model.node("/fc/MatMul_1", "MatMul", List.of("y", "onnx::MatMul_2"), List.of("z"));
        assertThat(ReadBack.of(FILE, model.toByteArray()).tensors().keySet())
                .containsExactly("fc.weight", "onnx::MatMul_2");
    }

    /** decoder_model_merged.onnx: the branches of an If multiply by weights of the main graph, and by some of their own. */
    @Test
    void weightsInsideBranchesAreNamed() throws Exception {
        OnnxWriter model = new OnnxWriter().initializer("onnx::MatMul_1", MATRIX);
        ProtoWriter node = OnnxWriter.describeNode("/optimum::if", "If", List.of("use_cache"), List.of("y"));
        for (String branch : List.of("then_branch", "else_branch")) {
            ProtoWriter graph = new ProtoWriter();
            graph.message(
                    1,
                    OnnxWriter.describeNode(
                            "/model/layers.0/self_attn/q_proj/MatMul",
                            "MatMul",
                            List.of("x", "onnx::MatMul_1"),
                            List.of("q")));
            graph.message(
                    1,
                    OnnxWriter.describeNode(
                            "/model/layers.0/self_attn/k_proj/MatMul", "MatMul", List.of("x", "own_7"), List.of("k")));
            graph.message(5, OnnxWriter.describe("own_7", 1, List.of(2L, 3L)).bytes(9, new byte[24]));
            node.message(5, new ProtoWriter().text(1, branch).message(6, graph).number(20, 5));
        }
        ReadBack read = ReadBack.of(FILE, model.node(node).toByteArray());
        assertThat(read.tensors().keySet())
                .containsExactly(
                        "/optimum::if/else_branch/own_7",
                        "model.layers.0.self_attn.k_proj.weight",
                        "model.layers.0.self_attn.q_proj.weight");
    }

    /** A product's bias is looked up, not searched for: 40,000 products take no time to speak of. */
    @Test
    void manyProductsAreNamedInLinearTime() throws Exception {
        OnnxWriter model = new OnnxWriter();
        for (int i = 0; i < 40_000; i++) {
            model.initializer(OnnxWriter.describe("W" + i, 1, List.of(1L, 1L)).bytes(9, new byte[4]));
            model.node("M" + i, "MatMul", List.of("x" + i, "W" + i), List.of("y" + i));
        }
        byte[] file = model.toByteArray();
        long start = System.nanoTime();
        try (CheckpointReader reader = new CheckpointReader(MemoryFiles.of(FILE, file))) {
            assertThat(reader.read().tensors()).hasSize(40_000);
        }
        assertThat(java.time.Duration.ofNanos(System.nanoTime() - start)).isLessThan(java.time.Duration.ofSeconds(60));
    }
}
