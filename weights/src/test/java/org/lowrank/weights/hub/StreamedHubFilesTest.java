package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/** Reading by range: only what is wanted, nothing on disk, the same bytes. */
class StreamedHubFilesTest extends HubContract {
    private static final int BLOCK = RangedSource.BLOCK;

    @Test
    void rangesAreTheFilesBytesAndNothingIsOnDisk() throws Exception {
        try (ModelFiles files = stream(MODEL);
                ByteSource source = files.open("model.safetensors")) {
            assertThat(source.size()).isEqualTo(weights.length);
            for (int[] range : new int[][] {
                {0, 8},
                {8, 300},
                {500_000, 400_000},
                {BLOCK - 5, 10},
                {weights.length - 3, 3},
                {0, weights.length},
                {7, 0}
            }) {
                assertThat(read(source, range[0], range[1]))
                        .isEqualTo(java.util.Arrays.copyOfRange(weights, range[0], range[0] + range[1]));
            }
            assertThat(read(files, "config.json")).isEqualTo(utf8(CONFIG));
            assertThat(files.provenance().source()).isEqualTo("Hugging Face Hub (stream)");
            assertThat(files.provenance().location()).isEqualTo(hub.endpoint() + "/" + MODEL + "/tree/" + mainCommit());
        }
        assertThat(below(folder)).isEmpty();
    }

    @Test
    void smallReadsShareOneRequestAndALargeOneIsExact() throws Exception {
        try (ModelFiles files = stream(MODEL);
                ByteSource source = files.open("model.safetensors")) {
            for (int i = 0; i < 1000; i++) {
                read(source, i * 100L, 100);
            }
            read(source, 200_000, 500_000);
        }
        assertThat(hub.to("cdn"))
                .extracting(request -> request.range().orElse(""))
                .containsExactly("bytes=0-" + (BLOCK - 1), "bytes=200000-699999");
        assertThat(hub.to("hub"))
                .as("the signed address serves again")
                .filteredOn(request -> request.uri().contains("/resolve/"))
                .hasSize(1);
    }

    @Test
    void expiredAddressIsAskedForAgain() throws Exception {
        try (ModelFiles files = stream(MODEL);
                ByteSource source = files.open("model.safetensors")) {
            read(source, 0, 8);
            hub.expireSignatures();
            assertThat(read(source, 300_000, 200_000))
                    .isEqualTo(java.util.Arrays.copyOfRange(weights, 300_000, 500_000));
        }
    }

    @Test
    void serverThatIgnoresRangesIsReadOnlyAsFarAsNeeded() throws Exception {
        hub.order("cdn", "/signed/", new Fault.IgnoreRange());
        try (ModelFiles files = stream(MODEL);
                ByteSource source = files.open("model.safetensors")) {
            assertThat(read(source, 300_000, 200_000))
                    .isEqualTo(java.util.Arrays.copyOfRange(weights, 300_000, 500_000));
        }
        assertThat(progress).last().isEqualTo("streaming model.safetensors 200000/-1");
    }

    @Test
    void brokenAndStalledRangesGoOn() throws Exception {
        set("HF_HUB_DOWNLOAD_TIMEOUT", "1");
        hub.order("cdn", "/signed/", new Fault.Cut(50_000), new Fault.Stall(60_000), new Fault.Status(503));
        try (ModelFiles files = stream(MODEL);
                ByteSource source = files.open("model.safetensors")) {
            assertThat(read(source, 300_000, 400_000))
                    .isEqualTo(java.util.Arrays.copyOfRange(weights, 300_000, 700_000));
        }
    }

    @Test
    void fileOfAnotherLengthIsRefused() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Shorter(5));
        try (ModelFiles files = stream(MODEL);
                ByteSource source = files.open("model.safetensors")) {
            assertThatThrownBy(() -> source.read(300_000, 200_000))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("wrong length: model.safetensors: ");
        }
    }

    @Test
    void readBeyondTheEndIsATruncatedFile() throws Exception {
        try (ModelFiles files = stream(MODEL);
                ByteSource source = files.open("model.safetensors")) {
            assertThatThrownBy(() -> source.read(weights.length - 1L, 2))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("truncated file: model.safetensors");
        }
        assertThat(hub.to("cdn")).isEmpty();
    }

    @Test
    void closedModelFetchesNoMore() throws Exception {
        ModelFiles files = stream(MODEL);
        ByteSource source = files.open("model.safetensors");
        files.close();
        assertThatThrownBy(() -> source.read(0, 8)).hasMessageContaining("the model was closed");
    }

    @Test
    void unlistedFileIsMissing() throws Exception {
        try (ModelFiles files = stream(MODEL)) {
            assertThatThrownBy(() -> files.open("none.bin"))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("missing file: " + MODEL + ": none.bin");
        }
    }

    @Test
    void streamedTensorsAreTheCachedOnesForAFractionOfTheBytes() throws Exception {
        byte[] file = safetensors(List.of("a", "b", "c"), 300, 400);
        hub.repo("example-org/three").with("config.json", CONFIG).with("model.safetensors", file);
        byte[] streamed;
        try (ModelFiles files = stream("example-org/three")) {
            streamed = values(files, "b");
        }
        long wanted = 300 * 400 * 4;
        assertThat(progress.stream()
                        .filter(line -> line.startsWith("streaming model"))
                        .reduce((first, last) -> last)
                        .orElseThrow())
                .as("one block for the header and one tensor of three")
                .isEqualTo("streaming model.safetensors " + (BLOCK + wanted) + "/-1");
        assertThat(below(folder)).isEmpty();
        try (ModelFiles files = open("example-org/three")) {
            assertThat(streamed).hasSize(300 * 400 * 4).isEqualTo(values(files, "b"));
        }
    }

    private static byte[] values(ModelFiles files, String name) throws Exception {
        try (CheckpointReader reader = new CheckpointReader(files)) {
            Checkpoint checkpoint = reader.read();
            Tensor tensor = checkpoint.tensors().stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            try (Tensor.Values values = tensor.open()) {
                ByteBuffer data =
                        values.matrix(Tensor.View.contiguous(300, 400)).get(0).data();
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                return bytes;
            }
        }
    }

    /** F32 matrices of rows × cols, values from a fixed seed. */
    private static byte[] safetensors(List<String> names, int rows, int cols) {
        int each = rows * cols * 4;
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < names.size(); i++) {
            header.append(i == 0 ? "" : ",")
                    .append("\"" + names.get(i) + "\":{\"dtype\":\"F32\",\"shape\":[" + rows + "," + cols + "],")
                    .append("\"data_offsets\":[" + (long) i * each + "," + (long) (i + 1) * each + "]}");
        }
        header.append("}");
        ByteBuffer file = ByteBuffer.allocate(8 + header.length() + names.size() * each)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length())
                .put(utf8(header.toString()));
        java.util.Random random = new java.util.Random(5);
        while (file.hasRemaining()) {
            file.putFloat((float) random.nextGaussian());
        }
        return file.array();
    }
}
