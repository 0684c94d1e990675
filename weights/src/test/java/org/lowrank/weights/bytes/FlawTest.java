package org.lowrank.weights.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.OpenWeights;

/** What a program learns of a model it cannot use, through the way in of the library. */
class FlawTest {
    @TempDir
    Path directory;

    private Flaw flaw(String name, byte[] content) throws Exception {
        Path file = Files.write(directory.resolve(name), content);
        return catchThrowableOfType(
                        MalformedWeightsException.class,
                        () -> OpenWeights.of(file.toString()).close())
                .flaw();
    }

    /** A safetensors file: the header's length (8 bytes, little endian), the header, the tensors' bytes. */
    private static byte[] safetensors(String header, int bytes) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        byte[] file = new byte[8 + text.length + bytes];
        file[0] = (byte) text.length;
        System.arraycopy(text, 0, file, 8, text.length);
        return file;
    }

    @Test
    void aFileThatEndsBeforeItsTensorsIsIncomplete() throws Exception {
        assertThat(flaw(
                        "model.safetensors",
                        safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}", 12)))
                .isEqualTo(Flaw.INCOMPLETE);
    }

    @Test
    void aShapeThatContradictsItsBytesIsMalformed() throws Exception {
        assertThat(flaw(
                        "model.safetensors",
                        safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,16]}}", 16)))
                .isEqualTo(Flaw.MALFORMED);
    }

    @Test
    void aFileOfAnotherKindIsUnknown() throws Exception {
        assertThat(flaw("model.bin", "No weights here, only words.".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Flaw.UNKNOWN);
    }

    @Test
    void anIndexThatLeavesItsFolderIsRefused() throws Exception {
        String index = "{\"metadata\":{},\"weight_map\":{\"a\":\"../../elsewhere.safetensors\"}}";
        assertThat(flaw("model.safetensors.index.json", index.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Flaw.REFUSED);
    }
}
