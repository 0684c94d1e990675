package org.lowrank.merge.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShownNamesTest {
    @Test
    void foldersThatAllPathsShareAreLeftOut() {
        ShownNames shown =
                ShownNames.of(List.of("org/base", "/data/runs/a/model", "/data/runs/bb/model", "/data/runs/a2"));
        assertThat(shown.of("/data/runs/a/model")).isEqualTo("…/a/model");
        assertThat(shown.of("/data/runs/bb/model")).isEqualTo("…/bb/model");
        assertThat(shown.of("/data/runs/a2")).isEqualTo("…/a2");
        assertThat(shown.of("org/base")).isEqualTo("org/base");
    }

    @Test
    void onlyWhatIsSharedIsLeftOut() {
        assertThat(ShownNames.of(List.of("org/base", "/data/a")).of("/data/a")).isEqualTo("…/a");
        assertThat(ShownNames.of(List.of("/data/a", "/data/a/b")).of("/data/a")).isEqualTo("…/a");
        assertThat(ShownNames.of(List.of("/a", "/b")).of("/b")).isEqualTo("/b");
        assertThat(ShownNames.of(List.of("a", "b")).of("b")).isEqualTo("b");
    }
}
