package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.SourceOptions;

/** A fake hub with one model, and options that lead there; waits are noted, not sat out. */
abstract class HubContract {
    static final String MODEL = "example-org/tiny";
    static final String CONFIG = "{\"model_type\":\"bert\"}";
    static final String TOKEN = "hf_verySecretToken";

    @TempDir
    Path folder;

    final List<Duration> pauses = new CopyOnWriteArrayList<>();
    final List<String> progress = new CopyOnWriteArrayList<>();
    final Map<String, String> environment = new HashMap<>();
    /** 1 MiB and a bit, so that it spans several blocks, buffers and ranges; a fixed seed. */
    final byte[] weights = bytes(1, (1 << 20) + 12345);

    FakeHub hub;
    SourceOptions options;

    @BeforeEach
    void startHub() throws IOException {
        hub = new FakeHub();
        hub.repo(MODEL).with("config.json", CONFIG).with("model.safetensors", weights);
        environment.put("HF_ENDPOINT", hub.endpoint());
        environment.put("HF_HOME", folder.resolve("hf").toString());
        environment.put("LOWRANK_CACHE", folder.resolve("own").toString());
        options = SourceOptions.defaults()
                .withEnvironment(environment)
                .withProgress((file, done, total) -> progress.add(file + " " + done + "/" + total));
    }

    @AfterEach
    void stopHub() {
        hub.close();
    }

    static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    void set(String name, String value) {
        environment.put(name, value);
        options = options.withEnvironment(environment);
    }

    ModelFiles open(String reference) throws Exception {
        return HubFiles.open(reference, options, pauses::add);
    }

    ModelFiles stream(String reference) throws Exception {
        return HubFiles.open(reference, options.withDownloadMode(SourceOptions.DownloadMode.STREAM), pauses::add);
    }

    byte[] read(String reference, String name) throws Exception {
        try (ModelFiles files = open(reference)) {
            return read(files, name);
        }
    }

    static byte[] read(ModelFiles files, String name) throws Exception {
        try (ByteSource source = files.open(name)) {
            return read(source, 0, (int) source.size());
        }
    }

    static byte[] read(ByteSource source, long offset, int length) throws IOException {
        try (ByteSource.Region region = source.read(offset, length)) {
            byte[] bytes = new byte[length];
            region.bytes().get(bytes);
            return bytes;
        }
    }

    Path cache() {
        return folder.resolve("hf/hub");
    }

    Path repository() {
        return cache().resolve("models--example-org--tiny");
    }

    static String mainCommit() {
        return FakeRepo.commitNamed("main");
    }

    /** Everything below a folder that is no folder, relative, sorted. */
    static List<String> below(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(path -> !Files.isDirectory(path))
                    .map(path -> directory.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
