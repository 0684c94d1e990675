package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.files.ModelNotFoundException;

/** What the Hub refuses, what it cannot do now, and what the user is told. */
class HubRefusalTest extends HubContract {
    @Test
    void gatedModelWithoutATokenSaysHowToGetIn() {
        hub.repo(MODEL).gatedFor(TOKEN);
        assertThatThrownBy(() -> open(MODEL))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("gated model: " + MODEL + ": its terms must be accepted and no token was sent; accept them"
                        + " at " + hub.endpoint() + "/" + MODEL + ", then log in with 'hf auth login' or set HF_TOKEN");
    }

    @Test
    void gatedModelWithAnotherTokenSaysToAsk() {
        hub.repo(MODEL).gatedFor(TOKEN);
        set("HF_TOKEN", "hf_other");
        assertThatThrownBy(() -> open(MODEL))
                .hasMessage("gated model: " + MODEL + ": the account of the token of HF_TOKEN has no access; ask for it"
                        + " at " + hub.endpoint() + "/" + MODEL);
    }

    @Test
    void gatedModelOpensForItsReader() throws Exception {
        hub.repo(MODEL).gatedFor(TOKEN);
        options = options.withToken(TOKEN);
        assertThat(read(MODEL, "config.json")).isEqualTo(utf8(CONFIG));
    }

    @Test
    void absentAndPrivateModelsCannotBeToldApart() {
        String expected =
                ": no such path, and no such repository at " + hub.endpoint().substring(7)
                        + ", or it is private and no token was sent; check the spelling, or log in with 'hf auth login' or set"
                        + " HF_TOKEN";
        hub.repo("example-org/hidden").privateTo(TOKEN).with("config.json", CONFIG);
        for (String name : new String[] {"example-org/none", "example-org/hidden"}) {
            assertThatThrownBy(() -> open(name))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessage("model not found: " + name + expected);
        }
        set("HF_TOKEN", "hf_other");
        assertThatThrownBy(() -> open("example-org/hidden"))
                .hasMessageContaining("or it is private and the token of HF_TOKEN may not read it");
    }

    @Test
    void badTokenDisabledModelAndMissingRevisionAreSaid() {
        assertThatThrownBy(() -> open(MODEL + "@nowhere"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("revision not found: " + MODEL + ": it has no branch, tag or commit 'nowhere'; see "
                        + hub.endpoint() + "/" + MODEL + "/commits");
        hub.repo(MODEL).disable();
        assertThatThrownBy(() -> open(MODEL))
                .hasMessage("model disabled: " + MODEL + ": the Hub disabled access to it; see " + hub.endpoint() + "/"
                        + MODEL);
        options = options.withToken("hf_invalid");
        assertThatThrownBy(() -> open(MODEL))
                .hasMessage("bad token: " + MODEL + ": " + hub.endpoint().substring(7)
                        + " does not accept the token of --token; make a new one at " + hub.endpoint()
                        + "/settings/tokens, or unset it");
        assertThat(pauses).isEmpty();
    }

    @Test
    void loginPageOfANetworkIsNotTakenForTheHub() throws Exception {
        hub.order("hub", "/revision/", new Fault.Status(200, Map.of("Content-Type", "text/html"), "<html>log in"));
        assertThatThrownBy(() -> open(MODEL))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessageContaining("its answer is not JSON (a login page?)");
        hub.order("hub", "/revision/", new Fault.Status(403, Map.of("Content-Type", "text/html"), "<html>blocked"));
        assertThatThrownBy(() -> open(MODEL))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessageContaining("it answered 403 with a web page");
        hub.order("hub", "/resolve/", new Fault.Status(200, Map.of(), "no commit header"));
        assertThatThrownBy(() -> read(MODEL, "config.json"))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessageContaining("its answer for config.json names no commit, or another");
        assertThat(below(repository().resolve("blobs"))).isEmpty();
    }

    @Test
    void temporaryFailuresAreTriedAgainWithGrowingWaits() throws Exception {
        hub.order(
                "hub",
                "/revision/",
                new Fault.Status(503),
                new Fault.Status(500),
                new Fault.Status(502),
                new Fault.Status(504),
                new Fault.Status(408));
        assertThat(read(MODEL, "config.json")).isEqualTo(utf8(CONFIG));
        assertThat(pauses)
                .containsExactlyElementsOf(Arrays.asList(seconds(1), seconds(2), seconds(4), seconds(8), seconds(8)));
    }

    @Test
    void sixthFailureIsTheLast() {
        for (int i = 0; i < 6; i++) {
            hub.order("hub", "/revision/", new Fault.Status(503, Map.of("X-Request-Id", "req-1"), ""));
        }
        assertThatThrownBy(() -> open(MODEL))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessage("cannot reach the Hub: " + hub.endpoint().substring(7)
                        + ": 127.0.0.1 answered 503, request req-1; check the network, HF_ENDPOINT and the proxy, run"
                        + " again later, or name a local path");
        assertThat(hub.requests).hasSize(6);
    }

    @Test
    void serversOwnWaitIsHonoured() throws Exception {
        hub.order(
                "hub",
                "/revision/",
                new Fault.Status(429, Map.of("Retry-After", "7"), ""),
                new Fault.Status(429, Map.of("RateLimit", "\"api\";r=0;t=55", "Retry-After", "7"), ""),
                new Fault.Status(503, Map.of("Retry-After", "3"), ""));
        open(MODEL);
        assertThat(pauses).containsExactly(seconds(7), seconds(56), seconds(3));
    }

    @Test
    void waitOfAnHourIsLeftToTheUser() {
        hub.order("hub", "/revision/", new Fault.Status(429, Map.of("Retry-After", "3600"), ""));
        assertThatThrownBy(() -> open(MODEL)).hasMessageEndingWith("answered 429; run again in 3600 s");
        assertThat(pauses).isEmpty();
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
