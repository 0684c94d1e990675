package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hybrids, diffusion and timm models in the names their own code gives: which matrices are found. Shapes: width 16, 4 heads of
 * 4, f = 24, each matrix told from the others by its shape or its name.
 */
class FamiliesTest {
    @TempDir
    Path directory;

    private interface Fill {
        void of(MadeModel model);
    }

    private static Arguments of(String config, Fill fill, String... expected) {
        return Arguments.of(config, fill, List.of(expected));
    }

    private static String type(String type) {
        return "{\"model_type\": \"" + type
                + "\", \"hidden_size\": 16, \"num_attention_heads\": 4, \"num_key_value_heads\": 2}";
    }

    private static final String[] GROUPED = {"Q 16x16", "K 8x16", "V 8x16", "QKV 32x16", "O 16x16"};
    private static final String[] GATED = {"M1 24x16", "M2 16x24", "GATE 24x16"};

    private static String[] at(int layer, String[]... sets) {
        List<String> all = new ArrayList<>();
        Stream.of(sets).flatMap(Stream::of).forEach(matrix -> all.add(layer + " " + matrix));
        return all.toArray(String[]::new);
    }

    private static String[] join(String[]... sets) {
        return Stream.of(sets).flatMap(Stream::of).toArray(String[]::new);
    }

    static Stream<Arguments> families() {
        return Stream.of(
                of(
                        type("falcon_h1"),
                        m -> m.attention("model.layers.0.self_attn.", 16, 16, 8)
                                .put("model.layers.0.mamba.in_proj.weight", 50, 16)
                                .feedForward("model.layers.0.feed_forward.", 16, 24),
                        at(0, GROUPED, GATED)),
                of(
                        type("bamba"),
                        m -> m.attention("model.layers.1.self_attn.", 16, 16, 8)
                                .feedForward("model.layers.1.feed_forward.", 16, 24)
                                .put("model.layers.0.mamba.in_proj.weight", 50, 16)
                                .feedForward("model.layers.0.feed_forward.", 16, 24),
                        join(at(0, GATED), at(1, GROUPED, GATED))),
                of(
                        type("nemotron_h"),
                        m -> m.put("backbone.layers.0.mixer.in_proj.weight", 50, 16)
                                .put("backbone.layers.1.mixer.up_proj.weight", 24, 16)
                                .put("backbone.layers.1.mixer.down_proj.weight", 16, 24)
                                .attention("backbone.layers.2.mixer.", 16, 16, 8),
                        join(at(1, new String[] {"M1 24x16", "M2 16x24"}), at(2, GROUPED))),
                of(
                        type("granitemoehybrid"),
                        m -> m.attention("model.layers.0.self_attn.", 16, 16, 8)
                                .put("model.layers.0.block_sparse_moe.input_linear.weight", 2, 12, 16)
                                .put("model.layers.0.block_sparse_moe.output_linear.weight", 2, 16, 6)
                                .put("model.layers.0.shared_mlp.input_linear.weight", 48, 16)
                                .put("model.layers.0.shared_mlp.output_linear.weight", 16, 24),
                        join(at(0, GROUPED), at(0, new String[] {
                            "M1:shared 24x16",
                            "M2:shared 16x24",
                            "GATE:shared 24x16",
                            "M1:E0 6x16",
                            "M2:E0 16x6",
                            "GATE:E0 6x16",
                            "M1:E1 6x16",
                            "M2:E1 16x6",
                            "GATE:E1 6x16"
                        }))),
                of(
                        type("granitemoehybrid"),
                        m -> m.attention("model.layers.0.self_attn.", 16, 16, 8)
                                .put("model.layers.0.shared_mlp.input_linear.weight", 48, 16)
                                .put("model.layers.0.shared_mlp.output_linear.weight", 16, 24),
                        at(0, GROUPED, GATED)),
                of(
                        type("lfm2"),
                        m -> m.put("model.layers.0.conv.in_proj.weight", 48, 16)
                                .put("model.layers.0.feed_forward.w1.weight", 24, 16)
                                .put("model.layers.0.feed_forward.w3.weight", 24, 16)
                                .put("model.layers.0.feed_forward.w2.weight", 16, 24)
                                .put("model.layers.1.self_attn.q_proj.weight", 16, 16)
                                .put("model.layers.1.self_attn.k_proj.weight", 8, 16)
                                .put("model.layers.1.self_attn.v_proj.weight", 8, 16)
                                .put("model.layers.1.self_attn.out_proj.weight", 16, 16),
                        join(at(0, GATED), at(1, GROUPED))),
                of(
                        type("recurrent_gemma"),
                        m -> m.attention("model.layers.0.temporal_block.", 16, 16, 8)
                                .feedForward("model.layers.0.mlp_block.", 16, 24)
                                .put("model.layers.1.temporal_block.linear_x.weight", 16, 16)
                                .feedForward("model.layers.1.mlp_block.", 16, 24),
                        join(at(0, GROUPED, GATED), at(1, GATED))),
                of(
                        type("gemma3n_text"),
                        m -> m.attention("model.language_model.layers.0.self_attn.", 16, 16, 8)
                                .feedForward("model.language_model.layers.0.mlp.", 16, 24)
                                .put("model.language_model.layers.0.laurel.linear_left.weight", 4, 16),
                        at(0, GROUPED, GATED)),
                of(
                        "{\"_class_name\": \"UNet2DConditionModel\"}",
                        m -> {
                            block(m, "up_blocks.1.attentions.0.transformer_blocks.0.", 16);
                            block(m, "down_blocks.0.attentions.0.transformer_blocks.0.", 8);
                            block(m, "mid_block.attentions.0.transformer_blocks.0.", 16);
                            m.put("conv_in.weight", 16, 4, 3, 3);
                        },
                        join(at(0, diffusion(8)), at(1, diffusion(16)), at(2, diffusion(16)))),
                of(
                        "{\"_class_name\": \"SD3Transformer2DModel\"}",
                        m -> {
                            for (String name : List.of("to_q", "to_k", "to_v", "to_out.0", "add_q_proj")) {
                                m.put("transformer_blocks.0.attn." + name + ".weight", 16, 16);
                            }
                            m.put("transformer_blocks.0.ff.net.0.proj.weight", 64, 16)
                                    .put("transformer_blocks.0.ff.net.2.weight", 16, 64);
                        },
                        at(0, new String[] {
                            "Q 16x16", "K 16x16", "V 16x16", "QKV 48x16", "O 16x16", "M1 64x16", "M2 16x64"
                        })),
                of(
                        type("nanochat"),
                        m -> m.attention("model.layers.0.self_attn.", 16, 16, 8)
                                .put("model.layers.0.mlp.fc1.weight", 24, 16)
                                .put("model.layers.0.mlp.fc2.weight", 16, 24),
                        at(0, GROUPED, new String[] {"M1 24x16", "M2 16x24"})),
                of(
                        type("solar_open"),
                        m -> m.attention("model.layers.0.self_attn.", 16, 16, 8)
                                .feedForward("model.layers.0.mlp.experts.0.", 16, 24)
                                .feedForward("model.layers.0.mlp.shared_experts.", 16, 40),
                        at(0, GROUPED, new String[] {
                            "M1:shared 40x16", "M2:shared 16x40", "GATE:shared 40x16",
                            "M1:E0 24x16", "M2:E0 16x24", "GATE:E0 24x16"
                        })),
                of(
                        "",
                        m -> {
                            String at = "model.diffusion_model.";
                            block(m, at + "output_blocks.3.1.transformer_blocks.0.", 16);
                            block(m, at + "input_blocks.4.1.transformer_blocks.0.", 8);
                            block(m, at + "middle_block.1.transformer_blocks.0.", 16);
                            m.put(at + "input_blocks.0.0.weight", 16, 4, 3, 3);
                        },
                        join(at(0, diffusion(8)), at(1, diffusion(16)), at(2, diffusion(16)))),
                of(
                        "",
                        m -> {
                            for (String stream : List.of("img", "txt")) {
                                m.put("double_blocks.0." + stream + "_attn.qkv.weight", 48, 16)
                                        .put("double_blocks.0." + stream + "_attn.proj.weight", 16, 16)
                                        .put("double_blocks.0." + stream + "_mlp.0.weight", 64, 16)
                                        .put("double_blocks.0." + stream + "_mlp.2.weight", 16, 64);
                            }
                            m.put("single_blocks.0.linear1.weight", 112, 16);
                        },
                        at(0, new String[] {
                            "Q 16x16", "K 16x16", "V 16x16", "QKV 48x16", "O 16x16", "M1 64x16", "M2 16x64"
                        })),
                of(
                        "",
                        m -> m.put("joint_blocks.0.x_block.attn.qkv.weight", 48, 16)
                                .put("joint_blocks.0.x_block.attn.proj.weight", 16, 16)
                                .put("joint_blocks.0.x_block.mlp.fc1.weight", 64, 16)
                                .put("joint_blocks.0.x_block.mlp.fc2.weight", 16, 64)
                                .put("joint_blocks.0.context_block.attn.qkv.weight", 48, 16),
                        at(0, new String[] {
                            "Q 16x16", "K 16x16", "V 16x16", "QKV 48x16", "O 16x16", "M1 64x16", "M2 16x64"
                        })),
                of(
                        "{\"architecture\": \"vit_tiny\", \"pretrained_cfg\": {}}",
                        m -> m.put("blocks.0.attn.qkv.weight", 48, 16)
                                .put("blocks.0.attn.proj.weight", 16, 16)
                                .put("blocks.0.mlp.fc1.weight", 64, 16)
                                .put("blocks.0.mlp.fc2.weight", 16, 64),
                        at(0, new String[] {
                            "Q 16x16", "K 16x16", "V 16x16", "QKV 48x16", "O 16x16", "M1 64x16", "M2 16x64"
                        })));
    }

    private static void block(MadeModel model, String at, int d) {
        for (String name : List.of("attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out.0", "attn2.to_q")) {
            model.put(at + name + ".weight", d, d);
        }
        model.put(at + "attn2.to_k.weight", d, 12)
                .put(at + "attn2.to_v.weight", d, 12)
                .put(at + "attn2.to_out.0.weight", d, d)
                .put(at + "ff.net.0.proj.weight", 8 * 1L * d, d)
                .put(at + "ff.net.2.weight", d, 4 * 1L * d);
    }

    private static String[] diffusion(int d) {
        return new String[] {
            "Q " + d + "x" + d,
            "K " + d + "x" + d,
            "V " + d + "x" + d,
            "QKV " + 3 * d + "x" + d,
            "O " + d + "x" + d,
            "cross:Q " + d + "x" + d,
            "cross:K " + d + "x12",
            "cross:V " + d + "x12",
            "cross:O " + d + "x" + d,
            "M1 " + 4 * d + "x" + d,
            "M2 " + d + "x" + 4 * d,
            "GATE " + 4 * d + "x" + d
        };
    }

    @ParameterizedTest
    @MethodSource("families")
    void matricesAreFound(String config, Fill fill, List<String> expected) throws Exception {
        MadeModel model = new MadeModel(directory);
        fill.of(model);
        assertThat(new TreeSet<>(MadeModel.matrices(model.resolve(config)))).isEqualTo(new TreeSet<>(expected));
    }

    /** Every entry has a role each of attention and of the feed-forward part, or says that it has none. */
    @org.junit.jupiter.api.Test
    void everyDeclarationHasARole() {
        assertThat(ArchitectureCatalog.all())
                .allSatisfy(architecture -> assertThat(architecture.types()).isNotEmpty());
        assertThat(ArchitectureCatalog.modelTypes())
                .containsKeys(
                        "mamba",
                        "mamba2",
                        "jamba",
                        "zamba2",
                        "falcon_h1",
                        "bamba",
                        "nemotron_h",
                        "granitemoehybrid",
                        "lfm2",
                        "qwen3_next",
                        "qwen3_5",
                        "recurrent_gemma",
                        "rwkv",
                        "gemma3n",
                        "UNet2DConditionModel");
    }
}
