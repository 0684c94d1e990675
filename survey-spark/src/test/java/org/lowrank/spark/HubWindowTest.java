package org.lowrank.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HubWindowTest {
    private static List<String> models(int count) {
        return IntStream.range(0, count).mapToObj(i -> "org/model-" + i).toList();
    }

    @Test
    void aListThatNeedsMoreThanAWindowIsSaidToTakeSoLong() {
        // 10⁵ models: 2·10⁵ requests, 1,000 in 300 s with a token: 60,000 s; 500 in 300 s without: 120,000 s
        assertThat(HubWindow.note(models(100_000), true).orElseThrow())
                .startsWith("100,000 models of the Hub need at least 200,000 requests")
                .contains("at least 16.7 hours");
        assertThat(HubWindow.note(models(100_000), false).orElseThrow())
                .contains("address without a token 500 in 5 minutes")
                .contains("at least 33.3 hours");
        assertThat(HubWindow.note(models(501), true).orElseThrow()).contains("at least 5 minutes");
    }

    @Test
    void whatFitsAWindowIsNotMentioned() {
        assertThat(HubWindow.note(models(500), true)).isEmpty();
        assertThat(HubWindow.note(models(250), false)).isEmpty();
    }

    @Test
    void onlyModelsOfTheHubAreCountedAndEachOnce() {
        assertThat(HubWindow.note(Collections.nCopies(2000, "org/model"), true)).isEmpty();
        List<String> elsewhere = IntStream.range(0, 2000)
                .mapToObj(i -> "s3a://bucket/model-" + i)
                .toList();
        assertThat(HubWindow.note(elsewhere, true)).isEmpty();
    }
}
