package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** The standard cache in both directions: written as documented, read as Python leaves it. */
class HubCacheTest extends HubContract {
    @Test
    void cacheIsLaidOutAsDocumented() throws Exception {
        hub.repo(MODEL).with("onnx/model.onnx", bytes(4, 500));
        try (ModelFiles files = open(MODEL)) {
            read(files, "config.json");
            read(files, "model.safetensors");
            read(files, "onnx/model.onnx");
        }
        String config = FakeRepo.gitSha1(utf8(CONFIG));
        String sha256 = FakeRepo.digest("SHA-256", weights);
        String onnx = FakeRepo.digest("SHA-256", bytes(4, 500));
        String commit = mainCommit();
        assertThat(below(cache()))
                .containsExactlyInAnyOrder(
                        ".locks/models--example-org--tiny/" + config + ".lock",
                        ".locks/models--example-org--tiny/" + sha256 + ".lock",
                        ".locks/models--example-org--tiny/" + onnx + ".lock",
                        "CACHEDIR.TAG",
                        "models--example-org--tiny/blobs/" + config,
                        "models--example-org--tiny/blobs/" + sha256,
                        "models--example-org--tiny/blobs/" + onnx,
                        "models--example-org--tiny/refs/main",
                        "models--example-org--tiny/snapshots/" + commit + "/config.json",
                        "models--example-org--tiny/snapshots/" + commit + "/model.safetensors",
                        "models--example-org--tiny/snapshots/" + commit + "/onnx/model.onnx");
        assertThat(Files.readAllBytes(repository().resolve("refs/main"))).isEqualTo(utf8(commit));
        Path snapshot = repository().resolve("snapshots").resolve(commit);
        assertThat(Files.readSymbolicLink(snapshot.resolve("config.json"))).isEqualTo(Path.of("../../blobs/" + config));
        assertThat(Files.readSymbolicLink(snapshot.resolve("onnx/model.onnx")))
                .isEqualTo(Path.of("../../../blobs/" + onnx));
        assertThat(cache().resolve("CACHEDIR.TAG"))
                .content()
                .startsWith("Signature: 8a477f597d28d172789f06886806bc55\n");
        // One note of each file's verification, called by its hash.
        assertThat(below(folder.resolve("own"))).allMatch(name -> name.matches("hub-verified/[0-9a-f]{40,64}"));
    }

    /** As a file made by anything else here: a shared cache must stay readable for its group. */
    @Test
    void blobHasTheRightsOfAnyNewFile() throws Exception {
        read(MODEL, "model.safetensors");
        Path probe = Files.createFile(folder.resolve("probe"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                        repository().resolve("blobs").resolve(sha256()))))
                .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(probe)));
    }

    @Test
    void secondUseDownloadsNothing() throws Exception {
        read(MODEL, "model.safetensors");
        int before = hub.to("cdn").size();
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(hub.to("cdn")).hasSize(before);
    }

    @Test
    void sameContentAtAnotherRevisionIsLinkedNotDownloaded() throws Exception {
        read(MODEL, "model.safetensors");
        int before = hub.to("cdn").size();
        hub.repo(MODEL).with("v2", "renamed.safetensors", weights);
        assertThat(read(MODEL + "@v2", "renamed.safetensors")).isEqualTo(weights);
        assertThat(hub.to("cdn")).hasSize(before);
        assertThat(below(repository().resolve("blobs"))).hasSize(1);
    }

    @Test
    void referenceFollowsTheBranch() throws Exception {
        read(MODEL, "config.json");
        hub.repo(MODEL).revisions.remove("main");
        hub.repo(MODEL).with("next", "config.json", utf8("{}"));
        hub.repo(MODEL).revisions.put("main", FakeRepo.commitNamed("next"));
        assertThat(read(MODEL, "config.json")).isEqualTo(utf8("{}"));
        assertThat(Files.readString(repository().resolve("refs/main"))).isEqualTo(FakeRepo.commitNamed("next"));
    }

    @Test
    void knownAbsenceIsNoted() throws Exception {
        try (ModelFiles files = open(MODEL)) {
            assertThatThrownBy(() -> files.open("nothing/here.json"))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("missing file: " + MODEL + ": nothing/here.json");
        }
        assertThat(repository().resolve(".no_exist").resolve(mainCommit()).resolve("nothing/here.json"))
                .isEmptyFile();
    }

    @Test
    void snapshotHoldsFilesWhereLinksAreForbidden() throws Exception {
        set("HF_HUB_DISABLE_SYMLINKS", "1");
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        Path file = repository().resolve("snapshots").resolve(mainCommit()).resolve("model.safetensors");
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(below(repository().resolve("blobs"))).isEmpty();
        int before = hub.to("cdn").size();
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(hub.to("cdn")).hasSize(before);
    }

    @Test
    void existingBlobIsCopiedWhereLinksAreForbidden() throws Exception {
        read(MODEL, "model.safetensors");
        hub.repo(MODEL).with("v2", "model.safetensors", weights);
        set("HF_HUB_DISABLE_SYMLINKS", "1");
        assertThat(read(MODEL + "@v2", "model.safetensors")).isEqualTo(weights);
        assertThat(below(repository().resolve("snapshots").resolve(FakeRepo.commitNamed("v2"))))
                .containsExactly("model.safetensors");
        assertThat(below(repository().resolve("blobs"))).containsExactly(sha256());
    }

    @Test
    void shortenedBlobIsFetchedAgain() throws Exception {
        read(MODEL, "model.safetensors");
        Files.write(repository().resolve("blobs").resolve(sha256()), new byte[10]);
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
    }

    @Test
    void danglingLinkIsMendedByADownload() throws Exception {
        read(MODEL, "model.safetensors");
        Files.delete(repository().resolve("blobs").resolve(sha256()));
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
    }

    /** Python's older versions append to this very name; it must be neither trusted nor touched. */
    @Test
    void unfinishedFileOfOldPythonIsLeftAlone() throws Exception {
        Path blobs = Files.createDirectories(repository().resolve("blobs"));
        Path other = Files.write(blobs.resolve(sha256() + ".incomplete"), new byte[100]);
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(other).hasBinaryContent(new byte[100]);
    }

    @Test
    void cacheThatPythonMadeIsFoundOffline() throws Exception {
        Path snapshot = asPython(mainCommit());
        options = options.withOffline(true);
        try (ModelFiles files = open(MODEL)) {
            assertThat(files.list())
                    .extracting(ModelFiles.FileEntry::name)
                    .containsExactly("config.json", "model.safetensors");
            assertThat(files.list().get(1).sha256()).contains(sha256());
            assertThat(read(files, "model.safetensors")).isEqualTo(weights);
            assertThat(files.provenance())
                    .isEqualTo(new ModelFiles.Provenance(
                            MODEL, mainCommit(), "Hugging Face Hub (cache, offline)", snapshot.toString(), List.of()));
        }
        assertThat(read(MODEL + "@" + mainCommit(), "model.safetensors")).isEqualTo(weights);
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void cacheThatPythonMadeIsUsedOnline() throws Exception {
        asPython(mainCommit());
        assertThat(read(MODEL, "model.safetensors")).isEqualTo(weights);
        assertThat(hub.to("cdn")).isEmpty();
    }

    @Test
    void shardKnownButNotCachedIsNamedOffline() throws Exception {
        Path snapshot = asPython(mainCommit());
        Files.writeString(
                snapshot.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"model.safetensors\",\"b\":\"model-2.safetensors\"}}");
        options = options.withOffline(true);
        try (ModelFiles files = open(MODEL)) {
            assertThat(files.list()).extracting(ModelFiles.FileEntry::name).contains("model-2.safetensors");
            assertThatThrownBy(() -> files.prefetch(List.of("model.safetensors", "model-2.safetensors")))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessage("not cached: " + MODEL
                            + ": no network is allowed (--offline) and model-2.safetensors of"
                            + " commit " + mainCommit() + " is not in the cache; run once with network, or name a local"
                            + " path");
        }
    }

    @Test
    void pythonsListOfFilesTellsOfATruncatedOne() throws Exception {
        asPython(mainCommit());
        Path tree = repository().resolve("trees/" + mainCommit() + ".json");
        Files.createDirectories(tree.getParent());
        Files.writeString(
                tree,
                "{\"format_version\":1,\"files\":{\"model.safetensors\":{\"size\":" + weights.length
                        + ",\"blob_id\":\"x\"},\"other.bin\":{\"size\":5,\"blob_id\":\"y\"}}}");
        Files.write(repository().resolve("blobs").resolve(sha256()), new byte[10]);
        set("HF_HUB_OFFLINE", "true");
        try (ModelFiles files = open(MODEL)) {
            assertThat(files.list()).extracting(ModelFiles.FileEntry::name).contains("other.bin");
            assertThatThrownBy(() -> files.open("other.bin")).isInstanceOf(ModelNotFoundException.class);
            assertThatThrownBy(() -> files.open("model.safetensors"))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageContaining("10 bytes instead of " + weights.length);
        }
    }

    @Test
    void offlineWithoutWeightsSaysWhatToDo() throws Exception {
        String expected =
                "not cached: " + MODEL + ": no network is allowed (HF_HUB_OFFLINE) and the weights of revision"
                        + " main are not in " + cache() + "; run once with network, or name a local path";
        set("HF_HUB_OFFLINE", "1");
        assertThatThrownBy(() -> open(MODEL))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage(expected);
        Files.delete(asPython(mainCommit()).resolve("model.safetensors")); // as after from_pretrained of the config
        assertThatThrownBy(() -> open(MODEL)).hasMessage(expected);
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void unreachableHubLeavesTheCachedSnapshotAtOnce() throws Exception {
        asPython(mainCommit());
        hub.close();
        try (ModelFiles files = open(MODEL)) {
            assertThat(read(files, "model.safetensors")).isEqualTo(weights);
            assertThat(files.provenance().notes())
                    .containsExactly(
                            "the Hub could not be reached (connection refused or no route); the cached snapshot"
                                    + " was used");
        }
        assertThat(pauses).isEmpty();
    }

    @Test
    void cacheThatCannotBeWrittenIsSaid() throws Exception {
        Files.createDirectories(cache().getParent());
        Files.writeString(cache(), "a file where the cache should be");
        assertThatThrownBy(() -> read(MODEL, "config.json"))
                .hasMessageStartingWith("cannot keep config.json: ")
                .hasMessageEndingWith("; set HF_HOME to a directory with room, or use --download stream");
    }

    private String sha256() {
        return FakeRepo.digest("SHA-256", weights);
    }

    /** The files and links huggingface_hub's snapshot_download makes. */
    private Path asPython(String commit) throws Exception {
        Path blobs = Files.createDirectories(repository().resolve("blobs"));
        Path snapshot =
                Files.createDirectories(repository().resolve("snapshots").resolve(commit));
        Files.createDirectories(repository().resolve("refs"));
        Files.writeString(repository().resolve("refs/main"), commit);
        Files.write(blobs.resolve(FakeRepo.gitSha1(utf8(CONFIG))), utf8(CONFIG));
        Files.write(blobs.resolve(sha256()), weights);
        Files.createSymbolicLink(
                snapshot.resolve("config.json"), Path.of("../../blobs/" + FakeRepo.gitSha1(utf8(CONFIG))));
        Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/" + sha256()));
        return snapshot;
    }
}
