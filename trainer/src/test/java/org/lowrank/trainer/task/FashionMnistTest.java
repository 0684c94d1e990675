package org.lowrank.trainer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
    @TempDir
    Path directory;

    private static byte[] idx(int magic, int[] dimensions, int values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(magic);
            for (int dimension : dimensions) {
                out.writeInt(dimension);
            }
            for (int i = 0; i < values; i++) {
                out.writeByte(i % 10);
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private void images(byte[] content) throws IOException {
        Files.write(directory.resolve("train-images-idx3-ubyte.gz"), content);
    }

    @BeforeEach
    void twentyImagesOfTwoByThree() throws IOException {
        images(gzip(idx(0x803, new int[] {20, 2, 3}, 120)));
        Files.write(directory.resolve("train-labels-idx1-ubyte"), idx(0x801, new int[] {20}, 20)); // plain is read too
    }

    @Test
    void firstTaskIsPaddedAfterAndSecondBeforeWithInvertedLabels() throws IOException {
        FashionMnist data = FashionMnist.read(directory);
        TaskPair pair = data.orthogonal(20, 3, 0); // all images, in some order
        assertThat(pair.first().dimension()).isEqualTo(12);
        for (int i = 0; i < 20; i++) {
            double square = 0;
            for (int j = 0; j < 6; j++) {
                assertThat(pair.first().inputs()[i * 12 + 6 + j]).isZero();
                assertThat(pair.second().inputs()[i * 12 + j]).isZero();
                square += Math.pow(pair.first().inputs()[i * 12 + j], 2);
            }
            assertThat(square).isCloseTo(1, within(1e-14));
        }
        // Images repeat their pixels 0 1 2 3 4 5 | 6 7 8 9 0 1 | …: the image with pixel 0 first is number 0, 5, 10 or
        // 15,
        // of classes 0 and 5.
        assertThat(pair.first().labels()).containsOnly(-1, 1);
        double sum = java.util.Arrays.stream(pair.first().labels()).sum();
        assertThat(sum).isZero(); // ten images of classes 0–4, ten of 5–9
    }

    @Test
    void sameTaskSharesTheFirstTaskAndThePadding() throws IOException {
        FashionMnist data = FashionMnist.read(directory);
        TaskPair same = data.same(5, 3, 1);
        assertThat(same.first())
                .usingRecursiveComparison()
                .isEqualTo(data.orthogonal(5, 3, 1).first());
        for (int i = 0; i < 5; i++) {
            assertThat(same.second().inputs()[i * 12 + 6]).isZero();
        }
    }

    @Test
    void missingFileNamesTheRemedy() {
        Path elsewhere = directory.resolve("elsewhere");
        assertThatThrownBy(() -> FashionMnist.read(elsewhere))
                .isInstanceOf(MissingDataException.class)
                .hasMessage(
                        "Fashion-MNIST not found: " + elsewhere + ": no train-images-idx3-ubyte.gz; install Debian's"
                                + " dataset-fashion-mnist or name the directory of its IDX files with --data-dir");
    }

    @Test
    void wrongMagicCountsAndLengthsAreRefused() throws IOException {
        images(idx(0x801, new int[] {20, 2, 3}, 120));
        assertMalformed("magic number 0x00000801, expected 0x00000803");
        images(idx(0x803, new int[] {20, 2, 3}, 119));
        assertMalformed("119 values where its header counts 120");
        images(idx(0x803, new int[] {20, 2, 3}, 121));
        assertMalformed("more than the 120 values its header counts");
        images(idx(0x803, new int[] {20, -2, 3}, 120));
        assertMalformed("impossible dimensions [20, -2, 0]");
        images(idx(0x803, new int[] {1 << 20, 1 << 20, 1 << 20}, 0));
        assertMalformed("impossible dimensions");
        images(new byte[] {0, 0, 8});
        assertMalformed("it ends too early or its compression is damaged");
        images(java.util.Arrays.copyOf(gzip(idx(0x803, new int[] {20, 2, 3}, 120)), 30));
        assertMalformed("it ends too early or its compression is damaged");
        images(idx(0x803, new int[] {19, 2, 3}, 114));
        assertMalformed("19 images but 20 labels");
    }

    private void assertMalformed(String values) {
        assertThatThrownBy(() -> FashionMnist.read(directory))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining(values)
                .hasMessageContaining("--data-dir");
    }

    @Test
    @Tag("fashion-mnist")
    void debiansFilesHoldSixtyThousandImages() throws IOException {
        FashionMnist data = FashionMnist.read(FashionMnist.DEBIAN);
        assertThat(data.images()).isEqualTo(60_000); // Xiao et al. 2017, Section 2
        assertThat(data.pixels()).isEqualTo(784);
        int[] counts = new int[10];
        for (byte label : data.classes()) {
            counts[label]++;
        }
        assertThat(counts).containsOnly(6000);
    }
}
