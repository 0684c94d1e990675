package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of several files is read, by their names alone; content has its say in {@link CheckpointReaderTest}. */
class WeightFilesTest {
    /** Each line: the file to be read first, then what lies beside it and must not win. */
    @ParameterizedTest
    @CsvSource({
        "model.safetensors, ._model.safetensors adapter_model.safetensors optimizer.bin model.gptq.safetensors",
        "weights.safetensors, ._weights.safetensors .DS_Store",
        "zz.safetensors, adapter_model.safetensors lora.safetensors style_lora.safetensors",
        "model.safetensors.index.json, model.safetensors model-00001-of-00002.safetensors model-00002-of-00002.safetensors",
        "pytorch_model.bin, optimizer.pt scheduler.pt rng_state_0.pth training_args.bin openvino_model.bin adapter_model.bin",
        "mp_rank_00_model_states.pt, zero_pp_rank_0_mp_rank_00_optim_states.pt zero_pp_rank_1_mp_rank_00_optim_states.pt",
        "model-f16.gguf, mmproj-model-f16.gguf model-Q8_0.gguf model-IQ2_XXS.gguf model-imatrix.gguf",
        "model-Q8_0.gguf, mmproj-model-f16.gguf model-Q4_K_M.gguf model-IQ4_XS.gguf model-TQ1_0.gguf mtp-draft-f16.gguf",
        "model-IQ3_XS.gguf, model-Q2_K.gguf model-IQ2_M.gguf model-TQ2_0.gguf model-IQ1_S.gguf model-Q1_0.gguf",
        "MODEL.GGUF, readme.md",
        "Model.SafeTensors, config.json",
        "model.onnx, openvino_model.bin openvino_model.xml model_quantized.onnx model_int8.onnx",
        "onnx/model.onnx, onnx/model_quantized.onnx onnx/model_fp16.onnx onnx/model_q4.onnx",
        "variables/variables.index, variables/variables.data-00000-of-00001 saved_model.pb",
        "diffusion_pytorch_model.safetensors, diffusion_pytorch_model.fp16.safetensors diffusion_pytorch_model.non_ema.safetensors",
    })
    void theModelsOwnWeightsWin(String wanted, String beside) {
        List<String> names = new ArrayList<>(List.of(beside.split(" ")));
        names.add(wanted);
        for (int seed = 0; seed < 5; seed++) {
            Collections.shuffle(names, new Random(seed));
            assertThat(WeightFiles.at("", names).get(0).name()).as("%s", names).isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "._model.safetensors", "optimizer.pt", "rng_state_3.pth", "optimizer_0.bin", "training_args.bin",
                "scheduler.bin", "openvino_model.bin", "openvino_decoder_model.bin", "tokenizer.bin", "scaler.pt"
            })
    void whatIsNeverAModelIsNoCandidate(String name) {
        assertThat(WeightFiles.at("", List.of(name))).isEmpty();
    }

    @Test
    void bytesDescribedByAnXmlFileAreOpenVinos() {
        assertThat(WeightFiles.at("", List.of("encoder.bin", "encoder.xml"))).isEmpty();
        assertThat(WeightFiles.at("", List.of("encoder.bin"))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "model-00001-of-00002.safetensors model-00002-of-00002.safetensors",
        "model-00001-of-000002.safetensors model-00002-of-000002.safetensors",
        "model-00000-of-00002.safetensors model-00001-of-00002.safetensors",
        "pytorch_model-1-of-2.bin pytorch_model-2-of-2.bin",
        "m-000001-of-000002.gguf m-000002-of-000002.gguf",
        "MODEL-00001-OF-00002.SAFETENSORS MODEL-00002-OF-00002.SAFETENSORS",
        "model_1_of_2.safetensors model_2_of_2.safetensors",
    })
    void shardsAreASetWhateverTheirDigits(String names) {
        List<String> files = List.of(names.split(" "));
        List<Candidate> found = WeightFiles.at("", files);
        assertThat(found).hasSize(1);
        assertThat(found.get(0).files()).isEqualTo(files);
        assertThat(ShardSet.of(files).get(0).flaw()).isEmpty();
    }

    /** Removing any file of a set of any size and numbering is noticed, whatever else lies there. */
    @Test
    void aSetThatLacksAFileHasAFlaw() {
        Random random = new Random(16);
        for (int round = 0; round < 300; round++) {
            int count = 2 + random.nextInt(12);
            int first = random.nextInt(2);
            String number = "%0" + (1 + random.nextInt(6)) + "d";
            List<String> files = new ArrayList<>();
            for (int i = first; i < first + count; i++) {
                files.add("m-" + String.format(number, i) + "-of-" + String.format(number, count) + ".safetensors");
            }
            assertThat(ShardSet.of(files).get(0).flaw()).as("%s", files).isEmpty();
            String removed = files.remove(random.nextInt(count));
            if (first == 0
                    && removed.equals(
                            "m-" + String.format(number, 0) + "-of-" + String.format(number, count) + ".safetensors")) {
                continue; // the others then look like 1 … n − 1 of n: still a flaw, of another file
            }
            assertThat(ShardSet.of(files).get(0).flaw())
                    .as("%s without %s", files, removed)
                    .hasValueSatisfying(
                            flaw -> assertThat(flaw).contains(removed).contains("(1 of " + count));
        }
    }

    @Test
    void twoFilesOfOneNumberAreAFlaw() {
        List<String> files = List.of("m-1-of-2.bin", "m-01-of-2.bin", "m-2-of-2.bin");
        assertThat(ShardSet.of(files).get(0).flaw()).contains("two files have the number of m-01-of-2.bin");
    }

    @ParameterizedTest
    @CsvSource({
        "consolidated.00.pth consolidated.01.pth",
        "mp_rank_00_model_states.pt mp_rank_01_model_states.pt",
        "mp_rank_00/model_optim_rng.pt mp_rank_01/model_optim_rng.pt",
        "bloom-tp_00.pt bloom-tp_01.pt",
        "model-TP-000.safetensors model-TP-001.safetensors",
        "tp_rank_0.bin tp_rank_1.bin",
        "model-rank-0-part-0.safetensors model-rank-1-part-0.safetensors",
        "layer_01-model_00-model_states.pt layer_01-model_01-model_states.pt",
    })
    void slicesOfTensorParallelRunsAreTheirOwnRole(String names) {
        List<Candidate> found = WeightFiles.at("", List.of(names.split(" ")));
        assertThat(found).hasSize(1);
        assertThat(found.get(0).role()).isEqualTo(FileRole.SLICES);
        List<String> one = List.of(names.split(" ")[0]);
        assertThat(WeightFiles.at("", one)).extracting(Candidate::role).doesNotContain(FileRole.SLICES);
        List<String> withWhole = new ArrayList<>(List.of(names.split(" ")));
        withWhole.add("model.safetensors");
        assertThat(WeightFiles.at("", withWhole).get(0).name()).isEqualTo("model.safetensors");
    }

    @Test
    void namesThatOnlyLookLikeRanksAreNotSlices() {
        List<String> names = List.of("lora-rank-8.safetensors", "lora-rank-16.safetensors", "a-v1.pt", "a-v2.pt");
        assertThat(WeightFiles.at("", names)).extracting(Candidate::role).doesNotContain(FileRole.SLICES);
    }

    @Test
    void aNamedShardStandsForItsSet() {
        List<String> names = List.of("m-1-of-2.gguf", "m-2-of-2.gguf", "other.gguf");
        assertThat(WeightFiles.named("m-2-of-2.gguf", names).files()).containsExactly("m-1-of-2.gguf", "m-2-of-2.gguf");
        assertThat(WeightFiles.named("other.gguf", names).files()).containsExactly("other.gguf");
        assertThat(WeightFiles.named("a/b.weights", names).files()).containsExactly("a/b.weights");
    }

    @Test
    void foldersWithWeightsAreFound() {
        List<String> names = List.of(
                "model_index.json",
                "unet/model.safetensors",
                "text_encoder/model.safetensors",
                "a/onnx/model.onnx",
                "b/x.txt");
        assertThat(WeightFiles.at("", names)).isEmpty();
        assertThat(WeightFiles.folders("", names)).containsExactly("a/", "text_encoder/", "unet/");
        assertThat(WeightFiles.at("unet/", names))
                .extracting(Candidate::name)
                .containsExactly("unet/model.safetensors");
    }
}
