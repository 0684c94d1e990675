package org.lowrank.survey.population;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.hub.MadeModels;

class ModelListTest {
    @TempDir
    Path folder;

    @Test
    void commentsAndEmptyLinesAreNoModels() throws Exception {
        Path list = Files.writeString(
                folder.resolve("models.txt"), "# families\norg/a\n\n  org/b@v1.0   # pinned\nmaven:g:a:1\r\n./dir#1\n");

        assertThat(ModelList.read(list)).containsExactly("org/a", "org/b@v1.0", "maven:g:a:1", "./dir#1");
    }

    @Test
    void aFolderHasTheModelsBelowIt() throws Exception {
        MadeModels.write(folder.resolve("org/a"), 1, 16, 1);
        MadeModels.write(folder.resolve("b"), 1, 16, 1);
        Files.createDirectories(folder.resolve("notes"));
        Files.writeString(folder.resolve("notes/readme.txt"), "no model");
        Files.createDirectories(folder.resolve(".hidden"));
        Files.writeString(folder.resolve(".hidden/config.json"), "{}");

        assertThat(ModelList.read(folder))
                .containsExactly(
                        folder.resolve("b").toString(), folder.resolve("org/a").toString());
    }

    @Test
    void whatIsNoListIsNamed() throws Exception {
        assertThatThrownBy(() -> ModelList.read(folder.resolve("none")))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("no such list: " + folder.resolve("none"));
        assertThatThrownBy(() -> ModelList.read(folder)).hasMessageStartingWith("no models: " + folder);
        Path empty = Files.writeString(folder.resolve("empty.txt"), "# nothing\n");
        assertThatThrownBy(() -> ModelList.read(empty)).hasMessageStartingWith("empty list: " + empty);
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> ModelList.read(binary)).hasMessageStartingWith("no list: " + binary);
    }

    @Test
    void memoryIsSharedOut() throws Exception {
        MemoryBudget budget = new MemoryBudget(100L << 20);
        CountDownLatch second = new CountDownLatch(1);
        Thread waiting = new Thread(() -> {
            try (MemoryBudget.Share share = budget.take(60L << 20)) {
                second.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        MemoryBudget.Share first = budget.take(70L << 20);
        waiting.start();

        assertThat(second.await(100, TimeUnit.MILLISECONDS)).isFalse();
        first.close();
        assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
        waiting.join(Duration.ofSeconds(10).toMillis());
        // what needs more than there is gets all of it
        budget.take(1L << 40).close();
    }
}
