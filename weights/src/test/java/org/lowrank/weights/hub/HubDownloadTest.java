package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.SourceOptions;

/** Everything that goes wrong on the way of a file, and that only verified content is kept. */
class HubDownloadTest extends HubContract {
    private static final int PART = 300_000;

    @Test
    void cutConnectionGoesOnWhereItEnded() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Cut(PART), new Fault.Cut(PART));
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        List<Optional<String>> ranges =
                hub.to("cdn").stream().map(FakeHub.Request::range).toList();
        assertThat(ranges).hasSize(3);
        assertThat(ranges.get(0)).isEmpty();
        assertThat(ranges.get(1).orElseThrow()).matches("bytes=[1-9]\\d*-" + (weights.length - 1));
        assertThat(progress).last().isEqualTo("model.safetensors " + weights.length + "/" + weights.length);
    }

    @Test
    void stalledBodyIsGivenUpAndTakenUpAgain() throws Exception {
        set("HF_HUB_DOWNLOAD_TIMEOUT", "1");
        hub.order("cdn", "/signed/", new Fault.Stall(PART));
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(hub.to("cdn")).hasSize(2);
        assertThat(hub.to("cdn").get(1).range()).isPresent();
    }

    @Test
    void serverThatIgnoresTheRangeStartsAnew() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Cut(PART), new Fault.IgnoreRange());
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(progress).last().isEqualTo("model.safetensors " + weights.length + "/" + weights.length);
    }

    @Test
    void expiredSignatureIsAskedForAgain() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Status(403));
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(hub.to("hub").stream().filter(request -> request.uri().contains("/resolve/")))
                .hasSize(2);
    }

    @Test
    void busyFileServerIsAskedAgain() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Status(503, Map.of("Retry-After", "2"), ""), new Fault.Status(429));
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(pauses).hasSize(2);
        assertThat(pauses.get(0)).hasSeconds(2);
    }

    @Test
    void corruptBytesAreFetchedOnceMore() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Corrupt());
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
    }

    @Test
    void corruptBytesAreNeverKept() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Corrupt(), new Fault.Corrupt());
        assertThatThrownBy(() -> read(MODEL, "model.safetensors"))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("corrupted download: model.safetensors: its content is not what the Hub's hash "
                        + FakeRepo.digest("SHA-256", weights) + " says, and was not kept; run again later");
        nothingIsKept();
    }

    @Test
    void corruptSmallFileIsFoundByGitsHash() throws Exception {
        hub.order("hub", "/resolve/", new Fault.Corrupt(), new Fault.Corrupt());
        assertThatThrownBy(() -> read(MODEL, "config.json"))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageContaining(FakeRepo.gitSha1(utf8(CONFIG)));
        nothingIsKept();
    }

    @Test
    void wrongLengthIsRefusedBeforeTheBody() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Shorter(5));
        assertThatThrownBy(() -> read(MODEL, "model.safetensors"))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("wrong length: model.safetensors: the Hub lists " + weights.length
                        + " bytes but the file server has " + (weights.length - 5)
                        + "; run again later, or check HF_ENDPOINT");
        assertThat(below(repository().resolve("blobs"))).isEmpty();
    }

    @Test
    void connectionThatBreaksAgainAndAgainEndsAndIsTakenUpNextTime() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Cut(PART));
        for (int i = 0; i < 20; i++) { // more than 6: the JDK's client asks again by itself where no header came
            hub.order("cdn", "/signed/", new Fault.Cut(0));
        }
        assertThatThrownBy(() -> read(MODEL, "model.safetensors"))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessageMatching("broken download: model.safetensors: the connection broke 6 times after \\d+ of "
                        + weights.length + " bytes; run again to go on from there");
        assertThat(below(repository().resolve("blobs"))).isEmpty();
        long partial = Files.size(repository().resolve(".unfinished/" + FakeRepo.digest("SHA-256", weights) + ".part"));
        hub.heal();
        int before = hub.to("cdn").size();
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(hub.to("cdn").get(before).range()).contains("bytes=" + partial + "-" + (weights.length - 1));
        assertThat(below(repository().resolve(".unfinished"))).isEmpty();
    }

    @Test
    void killedProcessIsTakenUp() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Stall(PART));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        hub.endpoint(),
                        folder.toString())
                .inheritIO()
                .start();
        Path partial = repository().resolve(".unfinished/" + FakeRepo.digest("SHA-256", weights) + ".part");
        long end = System.nanoTime() + 60_000_000_000L;
        while (!(Files.exists(partial) && Files.size(partial) >= PART) && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        process.destroyForcibly().waitFor();
        assertThat(partial).hasSize(PART);
        assertThat(below(repository().resolve("blobs"))).isEmpty();
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(hub.to("cdn").get(1).range()).contains("bytes=" + PART + "-" + (weights.length - 1));
        assertThat(progress.get(0)).isEqualTo("model.safetensors " + PART + "/" + weights.length);
    }

    /** A process that downloads until it is killed. */
    static final class Victim {
        public static void main(String... args) throws Exception {
            SourceOptions options = SourceOptions.defaults()
                    .withEnvironment(Map.of(
                            "HF_ENDPOINT", args[0], "HF_HOME", args[1] + "/hf", "LOWRANK_CACHE", args[1] + "/own"));
            HubFiles.open(MODEL, options).open("model.safetensors");
        }
    }

    @Test
    void spoiledBeginningDoesNotSpoilTheFile() throws Exception {
        Path partials = Files.createDirectories(repository().resolve(".unfinished"));
        String etag = FakeRepo.digest("SHA-256", weights);
        Files.write(partials.resolve(etag + ".part"), new byte[1000]);
        Files.writeString(
                partials.resolve(etag + ".json"), "{\"etag\":\"" + etag + "\",\"size\":" + weights.length + "}");
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
    }

    @Test
    void partialFileWithoutItsDescriptionIsNotTrusted() throws Exception {
        Path partials = Files.createDirectories(repository().resolve(".unfinished"));
        Files.write(partials.resolve(FakeRepo.digest("SHA-256", weights) + ".part"), new byte[1000]);
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(hub.to("cdn")).hasSize(1);
        assertThat(hub.to("cdn").get(0).range()).isEmpty();
    }

    @Test
    void shardsArriveSeveralAtOnceUnderOneProgress() throws Exception {
        List<String> names = IntStream.range(0, 6)
                .mapToObj(i -> "model-" + i + ".safetensors")
                .toList();
        for (String name : names) {
            hub.repo(MODEL).with(name, bytes(name.hashCode(), 100_000));
        }
        List<Thread> threads = new ArrayList<>();
        options = options.withProgress((file, done, total) -> {
            synchronized (threads) {
                threads.add(Thread.currentThread());
                progress.add(file + " " + done + "/" + total);
            }
        });
        try (ModelFiles files = open(MODEL)) {
            files.prefetch(names);
            assertThat(hub.to("cdn")).hasSize(6);
            for (String name : names) {
                assertThat(read(files, name)).isEqualTo(bytes(name.hashCode(), 100_000));
            }
            assertThat(hub.to("cdn")).hasSize(6);
        }
        assertThat(threads.stream().distinct().count()).isGreaterThan(1);
        assertThat(progress).contains("6 files of " + MODEL + " 600000/600000");
        assertThat(progress.stream()
                        .map(line -> line.replaceFirst(" \\d+/.*", ""))
                        .collect(Collectors.toSet()))
                .containsExactly("6 files of " + MODEL);
    }

    @Test
    void oneFailingShardFailsTheModelAndTheOthersAreKept() throws Exception {
        hub.repo(MODEL).with("other.safetensors", bytes(9, 1000));
        hub.order("cdn", FakeRepo.digest("SHA-256", weights), new Fault.Corrupt(), new Fault.Corrupt());
        try (ModelFiles files = open(MODEL)) {
            assertThatThrownBy(() -> files.prefetch(List.of("model.safetensors", "other.safetensors")))
                    .isInstanceOf(MalformedWeightsException.class);
            assertThat(read(files, "other.safetensors")).isEqualTo(bytes(9, 1000));
        }
    }

    @Test
    void compressedAnswersAreDecoded() throws Exception {
        hub.order("hub", "/resolve/", new Fault.Gzip());
        hub.order("cdn", "/signed/", new Fault.Gzip());
        assertThat(read(MODEL, "config.json")).isEqualTo(utf8(CONFIG));
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
    }

    @Test
    void emptyFileIsAFile() throws Exception {
        hub.repo(MODEL).with("empty.txt", "");
        assertThat(read(MODEL, "empty.txt")).isEmpty();
    }

    @Test
    void downloadThatCannotFitIsRefusedAtOnce() throws Exception {
        String tree = "[{\"type\":\"file\",\"path\":\"huge.safetensors\",\"size\":1000000000000000,\"oid\":\""
                + "a".repeat(40) + "\"}]";
        hub.order("hub", "/tree/", new Fault.Status(200, Map.of(), tree));
        assertThatThrownBy(() -> read(MODEL, "huge.safetensors"))
                .hasMessageStartingWith("not enough room: ")
                .hasMessageContaining(": 1000000000000000 bytes are to be downloaded but ");
        assertThat(hub.to("hub")).hasSize(2);
    }

    private void nothingIsKept() throws Exception {
        assertThat(below(repository().resolve("blobs"))).isEmpty();
        assertThat(below(repository().resolve("snapshots"))).isEmpty();
        assertThat(below(repository().resolve(".unfinished"))).isEmpty();
    }
}
