package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** Names, revisions, redirects, tokens: who is asked what. */
class HubProtocolTest extends HubContract {
    @Test
    void modelIsListedAndReadByName() throws Exception {
        try (ModelFiles files = open(MODEL)) {
            assertThat(files.list())
                    .containsExactly(
                            new ModelFiles.FileEntry("config.json", CONFIG.length(), java.util.Optional.empty()),
                            new ModelFiles.FileEntry(
                                    "model.safetensors",
                                    weights.length,
                                    java.util.Optional.of(FakeRepo.digest("SHA-256", weights))));
            assertThat(read(files, "config.json")).isEqualTo(utf8(CONFIG));
            assertThat(read(files, "model.safetensors")).isEqualTo(weights);
            assertThat(files.provenance())
                    .isEqualTo(new ModelFiles.Provenance(
                            MODEL,
                            mainCommit(),
                            "Hugging Face Hub (cache)",
                            repository()
                                    .resolve("snapshots")
                                    .resolve(mainCommit())
                                    .toString(),
                            java.util.List.of()));
        }
    }

    @Test
    void listingCostsNoContent() throws Exception {
        open(MODEL).list();
        assertThat(hub.requests)
                .extracting(FakeHub.Request::uri)
                .containsExactly(
                        "/api/models/" + MODEL + "/revision/main",
                        "/api/models/" + MODEL + "/tree/" + mainCommit() + "?recursive=true&expand=false");
    }

    @Test
    void nameWithoutOwnerIsFollowedToItsNewOwnerAndCachedAsAsked() throws Exception {
        hub.rename("tiny", MODEL);
        try (ModelFiles files = open("tiny")) {
            assertThat(read(files, "model.safetensors")).isEqualTo(weights);
            assertThat(read(files, "config.json")).isEqualTo(utf8(CONFIG));
            assertThat(files.provenance().notes()).containsExactly("the Hub has tiny under the name " + MODEL);
        }
        assertThat(cache().resolve("models--tiny/refs/main")).hasContent(mainCommit());
        assertThat(cache().resolve("models--example-org--tiny")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1.0", "dev/branch", "refs/pr/1"})
    void branchesTagsAndPullRequestsAreRevisions(String revision) throws Exception {
        byte[] other = bytes(2, 1000);
        hub.repo(MODEL).with(revision, "model.safetensors", other);
        assertThat(read(MODEL + "@" + revision, "model.safetensors")).isEqualTo(other);
        assertThat(hub.requests.get(0).uri())
                .isEqualTo("/api/models/" + MODEL + "/revision/" + revision.replace("/", "%2F"));
        assertThat(repository().resolve("refs").resolve(revision)).hasContent(FakeRepo.commitNamed(revision));
    }

    @Test
    void commitIsARevisionWithoutAReference() throws Exception {
        assertThat(read(MODEL + "@" + mainCommit(), "config.json")).isEqualTo(utf8(CONFIG));
        assertThat(repository().resolve("refs")).doesNotExist();
    }

    @Test
    void pushInBetweenCannotMixTwoVersions() throws Exception {
        try (ModelFiles files = open(MODEL)) {
            hub.repo(MODEL).revisions.put("main", FakeRepo.commitNamed("later"));
            assertThat(read(files, "model.safetensors")).isEqualTo(weights);
        }
        assertThat(hub.requests).noneMatch(request -> request.uri().contains("/resolve/main/"));
    }

    @Test
    void convertedWeightsOfABinOnlyRepositoryAreReadAtTheirPullRequest() throws Exception {
        hub.repo("example-org/old").with("config.json", CONFIG).with("pytorch_model.bin", weights);
        hub.repo("example-org/old").with("refs/pr/1", "model.safetensors", bytes(3, 100));
        try (ModelFiles files = open("example-org/old")) {
            assertThat(files.list()).extracting(ModelFiles.FileEntry::name).contains("pytorch_model.bin");
        }
        assertThat(read("example-org/old@refs/pr/1", "model.safetensors")).isEqualTo(bytes(3, 100));
    }

    @Test
    void pagedListIsReadToItsEnd() throws Exception {
        for (int i = 0; i < 7; i++) {
            hub.repo(MODEL).with("shard-" + i + ".safetensors", bytes(i, 10));
        }
        hub.filesPerPage = 2;
        assertThat(open(MODEL).list()).hasSize(9);
        assertThat(hub.requests)
                .filteredOn(request -> request.uri().contains("/tree/"))
                .hasSize(5);
    }

    @Test
    void tokenGoesToTheHubAndNeverToTheFileServer() throws Exception {
        hub.repo(MODEL).privateTo(TOKEN);
        set("HF_TOKEN", TOKEN);
        hub.rename("tiny", MODEL);
        assertThat(read("tiny", "model.safetensors")).isEqualTo(weights);
        try (ModelFiles files = stream(MODEL + "@" + mainCommit())) {
            read(files, "model.safetensors");
        }
        assertThat(hub.to("hub"))
                .hasSizeGreaterThan(5)
                .allMatch(request -> request.authorization().equals(java.util.Optional.of("Bearer " + TOKEN)));
        assertThat(hub.to("cdn"))
                .isNotEmpty()
                .allMatch(request -> request.authorization().isEmpty());
    }

    @Test
    void tokenAndSignatureAppearInNoMessage() throws Exception {
        set("HF_TOKEN", TOKEN);
        hub.order("hub", "/revision/", new Fault.Status(403, Map.of("X-Error-Message", "no scope for " + TOKEN), ""));
        assertThatThrownBy(() -> open(MODEL))
                .hasMessage("forbidden: " + MODEL + ": the token of HF_TOKEN lacks the right to read it;"
                        + " make one that may at " + hub.endpoint() + "/settings/tokens");
        for (int i = 0; i < 6; i++) {
            hub.order("cdn", "/signed/", new Fault.Status(503));
        }
        Throwable failure = org.assertj.core.api.Assertions.catchThrowable(() -> read(MODEL, "model.safetensors"));
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(cause.toString()).doesNotContain("signature").doesNotContain(TOKEN);
        }
    }

    @Test
    void redirectLoopEnds() {
        for (int i = 0; i < 20; i++) {
            hub.order("hub", "/revision/", new Fault.Loop());
        }
        assertThatThrownBy(() -> open(MODEL))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("redirect loop: ");
        assertThat(hub.requests).hasSize(11);
    }

    @Test
    void redirectToAFileOrNowhereIsNotFollowed() {
        for (String location : new String[] {"file:///etc/passwd", "http://[", "ftp://example.org/x"}) {
            hub.order("hub", "/revision/", new Fault.Status(302, Map.of("Location", location), ""));
            assertThatThrownBy(() -> open(MODEL)).hasMessageStartingWith("bad redirect: ");
        }
    }

    @Test
    void fileNameThatLeavesTheFolderIsRefused() {
        hub.repo("example-org/evil").with("../../evil.safetensors", weights);
        hub.repo("example-org/windows").with("..\\..\\evil.safetensors", weights);
        for (String name : new String[] {"example-org/evil", "example-org/windows"}) {
            assertThatThrownBy(() -> open(name))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("unsafe file name: " + name)
                    .hasMessageEndingWith("leaves its folder; do not trust this model");
        }
    }

    @Test
    void nameFromAnIndexThatLeavesTheFolderIsRefused() throws Exception {
        try (ModelFiles files = open(MODEL)) {
            assertThatThrownBy(() -> files.open("../../../outside"))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("unsafe file name: '../../../outside'");
        }
    }

    @Test
    void warningOfTheHubIsNotedOnce() throws Exception {
        hub.warn("deprecation; this model moves");
        assertThat(open(MODEL).provenance().notes()).containsExactly("the Hub says: this model moves");
    }

    @Test
    void proxyIsUsedWithItsPassword() throws Exception {
        URI proxy = URI.create(hub.endpoint());
        set("HF_ENDPOINT", "http://hub.invalid");
        set("HTTP_PROXY", "http://ada:secret@127.0.0.1:" + proxy.getPort());
        open(MODEL).list();
        assertThat(hub.requests).hasSize(2).allMatch(request -> request.uri().startsWith("http://hub.invalid/api/"));
    }
}
