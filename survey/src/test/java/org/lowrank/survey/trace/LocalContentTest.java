package org.lowrank.survey.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.files.LocalFiles;

/** Files that are larger than what is sampled of them, so that a sample may miss a difference. */
class LocalContentTest {
    private static final int SIZE = 3 << 20;

    @TempDir
    Path directory;

    private LocalContent content(String folder, int changed) throws Exception {
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        if (changed >= 0) {
            bytes[changed]++;
        }
        Path path = Files.createDirectories(directory.resolve(folder));
        Files.write(path.resolve("model.safetensors"), bytes);
        return new LocalContent(LocalFiles.of(path), List.of("model.safetensors"), "");
    }

    @Test
    void equalFilesAreEqual() throws Exception {
        LocalContent a = content("a", -1);
        LocalContent b = content("b", -1);
        assertThat(a.sampled()).isEqualTo(b.sampled());
        assertThat(a.whole()).isEqualTo(b.whole());
        assertThat(a.equalsThoseOf(b)).isTrue();
    }

    @Test
    void theFirstAndTheLastByteAreInTheSample() throws Exception {
        String sampled = content("a", -1).sampled();
        assertThat(content("b", 0).sampled()).isNotEqualTo(sampled);
        assertThat(content("c", SIZE - 1).sampled()).isNotEqualTo(sampled);
    }

    /** Blocks of 16 KB begin every 49 KB: byte 20,000 is between two of them. */
    @Test
    void whatTheSampleMissesIsFoundByAllBytes() throws Exception {
        LocalContent a = content("a", -1);
        LocalContent b = content("b", 20_000);
        assertThat(b.sampled()).isEqualTo(a.sampled());
        assertThat(b.whole()).isNotEqualTo(a.whole());
        assertThat(b.equalsThoseOf(a)).isFalse();
    }
}
