package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.UnavailableSourceException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** A hash is claimed only where content was compared with it; and nothing that a server says is taken for more than it is. */
class HubIdentityTest extends HubContract {
    private static final String TOKEN = "hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345";

    @Test
    void streamedWeightsAreSaidNotVerifiedAndHaveNoHash() throws Exception {
        hub.order("cdn", "/signed/", new Fault.Corrupt());
        try (ModelFiles files = stream(MODEL)) {
            files.open("config.json");
            files.open("model.safetensors");
            assertThat(files.provenance().notes())
                    .containsExactly(
                            "the weights were streamed and not verified: the Hub has no hash for parts of a file;"
                                    + " --download cache verifies them");
            assertThat(files.list()).allMatch(entry -> entry.sha256().isEmpty());
            assertThat(files.stamp("model.safetensors")).isEmpty();
            assertThat(files.stamp("config.json")).contains(FakeRepo.gitSha1(utf8(CONFIG)));
        }
    }

    @Test
    void smallFilesAreVerifiedInAStreamToo() throws Exception {
        hub.order("hub", "/resolve/", new Fault.Corrupt());
        try (ModelFiles files = stream(MODEL)) {
            assertThatThrownBy(() -> files.open("config.json"))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("corrupted download: config.json: ");
        }
    }

    /** Whoever wrote it: a cached file is hashed when it is read for the first time, and when it changed. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSpoiledCacheIsRefused(boolean offline) throws Exception {
        read(MODEL, "model.safetensors");
        read(MODEL, "config.json");
        Path blob = repository().resolve("blobs/" + FakeRepo.digest("SHA-256", weights));
        byte[] spoiled = weights.clone();
        spoiled[77] ^= 1;
        Files.write(blob, spoiled);
        if (offline) {
            set("HF_HUB_OFFLINE", "1");
        }
        assertThatThrownBy(() -> read(MODEL, "model.safetensors"))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("damaged cache: ")
                .hasMessageEndingWith("; delete it and run again");
        try (ModelFiles files = stream(MODEL)) {
            assertThatThrownBy(() -> files.open("model.safetensors")).isInstanceOf(MalformedWeightsException.class);
        }
        Files.write(blob, weights);
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
    }

    @Test
    void aVerifiedFileIsNotHashedAgain() throws Exception {
        read(MODEL, "model.safetensors");
        progress.clear();
        read(MODEL, "model.safetensors");
        assertThat(progress).isEmpty();
        Files.delete(folder.resolve("own/hub-verified/" + FakeRepo.digest("SHA-256", weights)));
        read(MODEL, "model.safetensors");
        assertThat(progress).isNotEmpty().allMatch(line -> line.startsWith("verifying model.safetensors "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:99999/x",
                "http://127.0.0.1:0/",
                "file:///etc/passwd",
                "http://a b/",
                "ftp://x/y"
            })
    void redirectsToNoAddressAreRefused(String location) throws Exception {
        hub.order("hub", "/revision/", new Fault.Status(302, Map.of("Location", location), ""));
        assertThatThrownBy(() -> open(MODEL))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("bad redirect: ");
        hub.order(
                "hub",
                "/resolve/",
                new Fault.Status(302, Map.of("Location", location, "X-Repo-Commit", mainCommit()), ""));
        try (ModelFiles files = stream(MODEL);
                ByteSource source = files.open("model.safetensors")) {
            assertThatThrownBy(() -> source.read(0, 8))
                    .isInstanceOf(UnavailableSourceException.class)
                    .hasMessageStartingWith("bad redirect: ");
        }
    }

    @Test
    void aServerThatIsGoneWhileStreamingIsUnavailable() throws Exception {
        for (int i = 0; i < 20; i++) {
            hub.order("cdn", "/signed/", new Fault.Cut(1));
        }
        try (ModelFiles files = stream(MODEL);
                ByteSource source = files.open("model.safetensors")) {
            assertThatThrownBy(() -> source.read(0, 1000))
                    .isInstanceOf(UnavailableSourceException.class)
                    .hasMessageStartingWith("cannot read: model.safetensors: the connection broke ");
        }
    }

    /** One byte for each connection is no progress. */
    @Test
    void dripsAreNotWaitedForForever() throws Exception {
        for (int i = 0; i < 200; i++) {
            hub.order("cdn", "/signed/", new Fault.Cut(1));
        }
        assertThatThrownBy(() -> read(MODEL, "model.safetensors"))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessageStartingWith("broken download: model.safetensors: the connection broke ");
    }

    @Test
    void wordsOfAServerThatWasSentATokenAreNotRepeated() throws Exception {
        set("HF_TOKEN", TOKEN);
        byte[] bearer = ("Bearer " + TOKEN).getBytes(StandardCharsets.UTF_8);
        for (String echo : new String[] {
            TOKEN,
            Base64.getEncoder().encodeToString(bearer),
            HexFormat.of().formatHex(bearer),
            new StringBuilder(TOKEN).reverse().toString()
        }) {
            for (Fault.Status fault : new Fault.Status[] {
                new Fault.Status(403, Map.of(), "{\"error\":\"got " + echo + "\"}"),
                new Fault.Status(418, Map.of("X-Error-Message", echo), ""),
                new Fault.Status(400, Map.of(), echo)
            }) {
                hub.order("hub", "/revision/", fault);
                assertThatThrownBy(() -> open(MODEL))
                        .isInstanceOf(ModelNotFoundException.class)
                        .message()
                        .doesNotContain(echo.substring(0, 12), TOKEN);
            }
            String tree = "[{\"type\":\"file\",\"path\":\"" + echo.replace("/", "_") + ".bin\",\"size\":1,\"oid\":\""
                    + "a".repeat(40) + "\"}]";
            hub.order("hub", "/tree/", new Fault.Status(200, Map.of(), tree));
            assertThatThrownBy(() -> open(MODEL)).message().doesNotContain(echo.substring(0, 12));
        }
        hub.warn("topic; see " + TOKEN);
        try (ModelFiles files = open(MODEL)) {
            assertThat(files.provenance().notes()).hasSize(1).noneMatch(note -> note.contains(TOKEN));
        }
    }

    @Test
    void tracesOfATokenAreFoundInAnyAlignment() {
        TokenTraces traces = new TokenTraces(Optional.of(new HubSettings.AccessToken(TOKEN, "test")));
        for (String before : new String[] {"", "a", "ab", "Bearer "}) {
            byte[] text = (before + TOKEN + "!").getBytes(StandardCharsets.UTF_8);
            assertThat(traces.in("x " + Base64.getEncoder().encodeToString(text)))
                    .as(before)
                    .isTrue();
            assertThat(traces.in("x " + Base64.getUrlEncoder().encodeToString(text)))
                    .isTrue();
            assertThat(traces.in(HexFormat.of().withUpperCase().formatHex(text)))
                    .isTrue();
        }
        assertThat(traces.in("model.safetensors")).isFalse();
        assertThat(new TokenTraces(Optional.empty()).in(TOKEN)).isFalse();
    }

    @Test
    void theLimitOfAllWaitingEndsIt() throws Exception {
        set("LOWRANK_NETWORK_LIMIT", "3");
        hub.order("hub", "/revision/", new Fault.Status(503, Map.of("Retry-After", "20"), ""));
        assertThatThrownBy(() -> open(MODEL))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessageContaining("the limit of 3 s (LOWRANK_NETWORK_LIMIT) has passed");
        assertThat(pauses).isEmpty();
        set("LOWRANK_NETWORK_LIMIT", "soon");
        assertThatThrownBy(() -> open(MODEL)).hasMessageStartingWith("bad LOWRANK_NETWORK_LIMIT: ");
    }

    @Test
    void sizesThatCannotBeAreRefused() throws Exception {
        StringBuilder tree = new StringBuilder("[");
        for (int i = 0; i < 4; i++) {
            tree.append(i == 0 ? "" : ",")
                    .append("{\"type\":\"file\",\"path\":\"model-" + i
                            + ".safetensors\",\"size\":4611686018427387904,\"oid\":\"")
                    .append("a".repeat(40))
                    .append("\"}");
        }
        hub.order("hub", "/tree/", new Fault.Status(200, Map.of(), tree + "]"));
        assertThatThrownBy(() -> open(MODEL))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("bad file list: ");
    }
}
