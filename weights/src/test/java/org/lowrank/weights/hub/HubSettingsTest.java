package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/** Rules and defaults as documented for huggingface_hub's environment variables. */
class HubSettingsTest {
    @TempDir
    Path folder;

    private static HubSettings of(Map<String, String> environment) throws Exception {
        return HubSettings.of(SourceOptions.defaults().withEnvironment(environment));
    }

    @Test
    void defaultsAreTheHubAndTheCacheInTheHomeFolder() throws Exception {
        HubSettings settings = of(Map.of("HOME", "/home/ada"));
        assertThat(settings.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
        assertThat(settings.cache()).isEqualTo(Path.of("/home/ada/.cache/huggingface/hub"));
        assertThat(settings.metadataTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.symlinks()).isTrue();
        assertThat(settings.offlineBy()).isEmpty();
        assertThat(settings.token()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "HF_HOME=/h, /h/hub",
        "HF_HOME=~/h, /home/ada/h/hub",
        "HF_HOME=$BASE/h, /base/h/hub",
        "HF_HOME=${BASE}/h, /base/h/hub",
        "XDG_CACHE_HOME=/x, /x/huggingface/hub",
        "XDG_CACHE_HOME=/x HF_HOME=/h, /h/hub",
        "HUGGINGFACE_HUB_CACHE=/c HF_HOME=/h, /c",
        "HUGGINGFACE_HUB_CACHE=/c HF_HUB_CACHE=/d, /d",
    })
    void nearestVariableDecidesTheCache(String variables, Path cache) throws Exception {
        assertThat(of(parsed("HOME=/home/ada BASE=/base " + variables)).cache()).isEqualTo(cache);
    }

    @ParameterizedTest
    @CsvSource({"1,true", "on,true", "YES,true", "True,true", "y,false", "0,false", "false,false", "2,false"})
    void offlineIsOneOfFourWords(String value, boolean offline) throws Exception {
        assertThat(of(Map.of("HF_HUB_OFFLINE", value)).offlineBy().isPresent()).isEqualTo(offline);
        assertThat(of(Map.of("TRANSFORMERS_OFFLINE", value)).offlineBy().isPresent())
                .isEqualTo(offline);
        assertThat(of(Map.of("HF_HUB_DISABLE_SYMLINKS", value)).symlinks()).isEqualTo(!offline);
    }

    @ParameterizedTest
    @CsvSource({"3,3", "0,10", "'',10", "x,10"})
    void timeoutIsWholeSecondsAndZeroIsUnset(String value, int seconds) throws Exception {
        HubSettings settings = of(Map.of("HF_HUB_ETAG_TIMEOUT", value, "HF_HUB_DOWNLOAD_TIMEOUT", value));
        assertThat(settings.metadataTimeout()).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(settings.web().bodyTimeout()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({
        "HF_TOKEN=a HUGGING_FACE_HUB_TOKEN=b, a",
        "HUGGING_FACE_HUB_TOKEN=b, b",
        "HF_TOKEN_PATH=FOLDER/other, fromPath",
        "HF_HOME=FOLDER, fromHome",
        "HF_HOME=FOLDER HF_TOKEN=a, a",
        "HF_HOME=FOLDER HF_TOKEN=a HF_HUB_DISABLE_IMPLICIT_TOKEN=1, ",
        "HF_HOME=FOLDER/none, "
    })
    void tokenOrder(String variables, String token) throws Exception {
        Files.writeString(folder.resolve("token"), "fromHome\r\n");
        Files.writeString(folder.resolve("other"), " fromPath\n");
        HubSettings settings = of(parsed(variables.replace("FOLDER", folder.toString())));
        assertThat(settings.token().map(HubSettings.AccessToken::secret).orElse(null))
                .isEqualTo(token);
    }

    @Test
    void tokenGivenByHandWinsEvenWhereImplicitOnesAreForbidden() throws Exception {
        HubSettings settings = HubSettings.of(SourceOptions.defaults()
                .withEnvironment(Map.of("HF_TOKEN", "a", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))
                .withToken("mine"));
        assertThat(settings.token().orElseThrow().secret()).isEqualTo("mine");
        assertThat(settings.toString()).doesNotContain("mine");
    }

    @Test
    void tokenThatNoHeaderCanHoldIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> of(Map.of("HF_TOKEN", "secret\u0000text")))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("bad token: HF_TOKEN: it holds characters that no token has; log in again with 'hf auth"
                        + " login', or correct it");
    }

    @ParameterizedTest
    @CsvSource({"https://user:pw@mirror.example", "ftp://mirror.example", "mirror.example", "'https://a b'"})
    void strangeEndpointIsRefusedWithoutShowingIt(String endpoint) {
        assertThatThrownBy(() -> of(Map.of("HF_ENDPOINT", endpoint)))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("bad HF_ENDPOINT: environment: ")
                .hasMessageNotContaining("mirror");
    }

    @Test
    void endpointLosesItsLastSlash() throws Exception {
        assertThat(of(Map.of("HF_ENDPOINT", "https://mirror.example/hf/")).endpoint())
                .isEqualTo(URI.create("https://mirror.example/hf"));
    }

    @Test
    void onlySchemeHostAndPortTogetherAreTheEndpoint() throws Exception {
        HubSettings settings = of(Map.of());
        assertThat(settings.isEndpoint(URI.create("https://HuggingFace.co:443/x")))
                .isTrue();
        assertThat(settings.isEndpoint(URI.create("http://huggingface.co/x"))).isFalse();
        assertThat(settings.isEndpoint(URI.create("https://huggingface.co:8443/x")))
                .isFalse();
        assertThat(settings.isEndpoint(URI.create("https://huggingface.co.evil.example/x")))
                .isFalse();
    }

    @Test
    void originIsAppendedToTheUserAgent() throws Exception {
        assertThat(of(Map.of("HF_HUB_USER_AGENT_ORIGIN", "lab")).web().userAgent())
                .startsWith("lowrank/")
                .endsWith("; origin/lab");
    }

    private static Map<String, String> parsed(String variables) {
        Map<String, String> environment = new java.util.HashMap<>();
        for (String variable : variables.split(" ")) {
            environment.put(variable.replaceFirst("=.*", ""), variable.replaceFirst("[^=]*=", ""));
        }
        return environment;
    }
}
