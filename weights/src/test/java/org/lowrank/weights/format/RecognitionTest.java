package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.ByteSink;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;

/** Content decides which format a file has; its name never overrules that. */
class RecognitionTest {
    private static final Map<String, TestTensor> ONE = Map.of("w", TestTensor.f32(List.of(2L, 2L), 1, 2, 3, 4));

    /**
     * Header lengths whose low bytes are a pickle's protocol mark, a zip's or GGUF's magic, or a protocol buffer's tag: 384,
     * 640, 896, 1152 and 1408 modulo 65536 among them.
     */
    @ParameterizedTest
    @ValueSource(ints = {384, 480, 640, 896, 1152, 1408, 384 + 65536, 0x0880, 0x1208, 0x3a08, 0x4b50, 0x1f8b, 1 << 17})
    void everyHeaderLengthIsSafetensors(int length) throws Exception {
        byte[] file = padded(length);
        assertThat(ReadBack.of("pytorch_model.bin", file).values("w")).containsExactly(1, 2, 3, 4);
        assertThat(ReadBack.of("model.safetensors", file).checkpoint().format()).isEqualTo("safetensors");
    }

    @Test
    void everyLengthBelowAThousandIsSafetensors() throws Exception {
        for (int length = 64; length < 1500; length++) {
            byte[] file = padded(length);
            assertThat(Recognition.of(new Bytes("x.gguf", file)).title())
                    .as("%s", length)
                    .isEqualTo("safetensors");
        }
    }

    /** A tensor's name may lie where a tar archive has its magic. */
    @Test
    void tarsMagicInAHeaderChangesNothing() throws Exception {
        String start = "{\"__metadata__\":{\"a\":\"";
        String json = start + " ".repeat(257 - 8 - start.length())
                + "ustar\"},\"w\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}";
        byte[] plain = SafetensorsWriter.bytes(ONE);
        byte[] whole = new ByteSink()
                .u64(json.length())
                .text(json)
                .bytes(Arrays.copyOfRange(plain, plain.length - 16, plain.length))
                .toByteArray();
        assertThat(new String(whole, 257, 5, StandardCharsets.US_ASCII)).isEqualTo("ustar");
        assertThat(ReadBack.of("model.safetensors", whole).values("w")).containsExactly(1, 2, 3, 4);
    }

    @ParameterizedTest
    @EnumSource(value = Format.class, names = "TENSOR_BUNDLE", mode = EnumSource.Mode.EXCLUDE)
    void aWrongNameChangesNothing(Format format) throws Exception {
        Map<String, byte[]> files = CheckpointWriters.files(format, ONE);
        byte[] file = files.values().iterator().next();
        for (String name : List.of("model.safetensors", "pytorch_model.bin", "model.gguf", "model.onnx", "w.pt")) {
            assertThat(ReadBack.of(name, file).values("w"))
                    .as("%s as %s", format, name)
                    .containsExactly(1, 2, 3, 4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"80057d942e", "80027d7d2e"})
    void anotherPickleIsNamed(String hex) {
        byte[] file = java.util.HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> ReadBack.of("model.bin", file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("bad PyTorch file: model.bin: ");
        assertThatThrownBy(() -> ReadBack.of("model.safetensors", file))
                .isInstanceOf(MalformedWeightsException.class)
                .message()
                .doesNotContain("pickle");
    }

    @Test
    void appleDoubleIsNamed() {
        byte[] file = new byte[120];
        file[1] = 5;
        file[2] = 0x16;
        file[3] = 7;
        assertThatThrownBy(() -> Recognition.of(new Bytes("._model.safetensors", file)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "AppleDouble file: ._model.safetensors: macOS keeps a file's attributes in it, not its content;"
                                + " name the file without the leading ._");
    }

    /** The one-tensor file with spaces behind its header up to this length. */
    private static byte[] padded(int length) {
        byte[] file = SafetensorsWriter.bytes(ONE);
        int header = (file[0] & 0xff) | (file[1] & 0xff) << 8;
        byte[] padded = new byte[8 + length + 16];
        Arrays.fill(padded, 8, 8 + length, (byte) ' ');
        for (int i = 0; i < 4; i++) {
            padded[i] = (byte) (length >> (8 * i));
        }
        System.arraycopy(file, 8, padded, 8, Math.min(header, length));
        System.arraycopy(file, file.length - 16, padded, 8 + length, 16);
        return padded;
    }
}
