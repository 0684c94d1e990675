package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions.DownloadMode;

/** Branches and tags, and ranges that are held until a model is closed. */
class HubRevisionsTest extends HubContract {
    @Test
    void branchesAndTagsAreListedByNameWithTheirCommits() throws Exception {
        hub.repo(MODEL)
                .with("step2", "config.json", utf8(CONFIG))
                .with("step10", "config.json", utf8(CONFIG))
                .tag("step10");
        assertThat(HubFiles.revisions(MODEL, options))
                .containsExactly(
                        new HubRevision("main", mainCommit()),
                        new HubRevision("step10", FakeRepo.commitNamed("step10")),
                        new HubRevision("step2", FakeRepo.commitNamed("step2")));
    }

    @Test
    void offlineThoseInTheCacheAreListed() throws Exception {
        read(MODEL, "config.json");
        set("HF_HUB_OFFLINE", "1");
        assertThat(HubFiles.revisions(MODEL, options)).containsExactly(new HubRevision("main", mainCommit()));
        assertThat(HubFiles.revisions("example-org/other", options)).isEmpty();
    }

    @Test
    void aPrivateRepositoryTellsNothing() {
        hub.repo("example-org/secret").privateTo(TOKEN);
        assertThatThrownBy(() -> HubFiles.revisions("example-org/secret", options))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("model not found: example-org/secret");
    }

    @Test
    void aListThatIsNoneIsNotTheHubs() {
        for (String body : new String[] {
            "{}",
            "{\"branches\":[{\"name\":\"../x\",\"targetCommit\":\"" + mainCommit() + "\"}]}",
            "{\"branches\":[{\"name\":\"step1\",\"targetCommit\":\"main\"}]}"
        }) {
            hub.order("hub", "/refs", new Fault.Status(200, Map.of(), body));
            assertThatThrownBy(() -> HubFiles.revisions(MODEL, options))
                    .as(body)
                    .isInstanceOf(HubUnreachableException.class)
                    .hasMessageContaining("branch");
        }
    }

    @Test
    void aSpooledRangeIsFetchedOnceAndGoneWhenTheModelIsClosed() throws Exception {
        try (ModelFiles files = HubFiles.open(MODEL, options.withDownloadMode(DownloadMode.SPOOL), pauses::add)) {
            ByteSource source = files.open("model.safetensors");
            long before = hub.to("cdn").size();
            byte[] first = read(source, 300_000, 400_000);
            byte[] again = read(source, 300_000, 400_000);
            assertThat(first)
                    .isEqualTo(java.util.Arrays.copyOfRange(weights, 300_000, 700_000))
                    .isEqualTo(again);
            assertThat(hub.to("cdn").size() - before).isEqualTo(1);
            assertThat(files.announcedHash("model.safetensors")).contains(FakeRepo.digest("SHA-256", weights));
            assertThat(files.announcedHash("config.json"))
                    .as("git's hash is none of content alone")
                    .isEmpty();
        }
        assertThat(below(folder.resolve("own/passing"))).isEmpty();
        assertThat(below(cache())).isEmpty();
    }

    @Test
    void aSpooledFetchThatFailsIsTriedAgain() throws Exception {
        try (ModelFiles files = HubFiles.open(MODEL, options.withDownloadMode(DownloadMode.SPOOL), pauses::add)) {
            ByteSource source = files.open("model.safetensors");
            hub.order("cdn", "", new Fault.Cut(1000));
            assertThat(read(source, 0, weights.length)).isEqualTo(weights);
            assertThat(read(source, 5, 0)).isEmpty();
        }
    }

    @Test
    void spooledSourceWantedByManyThreadsIsFetchedOnce() throws Exception {
        try (ModelFiles files = HubFiles.open(MODEL, options.withDownloadMode(DownloadMode.SPOOL), pauses::add)) {
            ByteSource source = files.open("model.safetensors");
            long before = hub.to("cdn").size();
            var threads = java.util.concurrent.Executors.newFixedThreadPool(8);
            try {
                var tasks = new java.util.ArrayList<java.util.concurrent.Future<byte[]>>();
                for (int i = 0; i < 8; i++) {
                    tasks.add(threads.submit(() -> read(source, 200_000, 500_000)));
                }
                for (var task : tasks) {
                    assertThat(task.get()).isEqualTo(java.util.Arrays.copyOfRange(weights, 200_000, 700_000));
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(hub.to("cdn").size() - before).isEqualTo(1);
        }
    }
}
