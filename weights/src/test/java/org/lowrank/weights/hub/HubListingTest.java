package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

class HubListingTest {
    @TempDir
    Path home;

    private FakeHub hub;

    @BeforeEach
    void start() throws Exception {
        hub = new FakeHub();
        for (int i = 0; i < 7; i++) {
            hub.repo("org/bert-" + i).with("config.json", "{}").tagged("safetensors");
        }
        hub.repo("org/gpt").with("config.json", "{}").tagged("safetensors").tagged("text-generation");
        hub.repo("other/bert").with("config.json", "{}");
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private SourceOptions options() {
        return SourceOptions.defaults()
                .withEnvironment(Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HOME", home.toString()));
    }

    private List<String> list(String author, String search, List<String> tags, int most) throws Exception {
        return HubListing.models(
                new HubListing.Query(Optional.ofNullable(author), Optional.ofNullable(search), tags, most), options());
    }

    @Test
    void pagesAreFollowedToTheEnd() throws Exception {
        hub.modelsPerPage = 3;

        assertThat(list("org", null, List.of(), 1000))
                .hasSize(8)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.startsWith("org/"));
        assertThat(hub.asked("/api/models?")).isEqualTo(3);
    }

    @Test
    void noMorePagesAreAskedForThanWanted() throws Exception {
        hub.modelsPerPage = 3;

        assertThat(list("org", null, List.of(), 4)).hasSize(4);
        assertThat(hub.asked("/api/models?")).isEqualTo(2);
    }

    @Test
    void authorSearchAndTagsMustAllFit() throws Exception {
        assertThat(list(null, "BERT", List.of(), 1000)).hasSize(8).contains("other/bert");
        assertThat(list("org", null, List.of("safetensors", "text-generation"), 1000))
                .containsExactly("org/gpt");
        assertThat(list("org", "no such", List.of(), 1000)).isEmpty();
    }

    @Test
    void waitsAsLongAsTheHubAsks() throws Exception {
        hub.limit("/api/models?", 1, 1);

        Instant start = Instant.now();
        assertThat(list("other", null, List.of(), 1000)).containsExactly("other/bert");
        assertThat(Duration.between(start, Instant.now())).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void refusalsSayWhatToDo() {
        hub.order("hub", "/api/models?", new Fault.Status(400));
        assertThatThrownBy(() -> list("org", null, List.of(), 1000))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("cannot list models: 127.0.0.1")
                .hasMessageEndingWith("check --author, --search and --filter");
        hub.order("hub", "/api/models?", new Fault.Status(401));
        SourceOptions withToken = options().withToken("hf_secret");
        assertThatThrownBy(() -> HubListing.models(
                        new HubListing.Query(Optional.of("org"), Optional.empty(), List.of(), 9), withToken))
                .hasMessageContaining("does not accept the token of --token")
                .hasMessageNotContaining("hf_secret");
    }

    @Test
    void aListThatGoesOnElsewhereIsNotFollowed() {
        hub.order(
                "hub",
                "/api/models?",
                new Fault.Status(
                        200, Map.of("Link", "<http://elsewhere.example/api/models?cursor=3>; rel=\"next\""), "[]"));

        assertThatThrownBy(() -> list("org", null, List.of(), 1000))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessageContaining("its list of models goes on at another host");
    }

    @Test
    void namesThatAreNoneAreRefused() {
        hub.order("hub", "/api/models?", new Fault.Status(200, Map.of(), "[{\"id\":\"../../etc/passwd\"}]"));

        assertThatThrownBy(() -> list("org", null, List.of(), 1000))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessageContaining("a name that is none");
    }

    @Test
    void offlineNothingIsAsked() {
        assertThatThrownBy(() -> HubListing.models(
                        new HubListing.Query(Optional.of("org"), Optional.empty(), List.of(), 9),
                        options().withOffline(true)))
                .hasMessageContaining("no network is allowed (--offline)");
        assertThat(hub.asked("")).isZero();
    }
}
