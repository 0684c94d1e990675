package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the page of a merge says at its head. */
class MergePageTest extends MadeModels {
    @Test
    void theHeadSaysWhatWasMergedHowItLiesAndWhatIsLeft() throws Exception {
        Path out = directory.resolve("merged");
        String recipe = recipe("task_arithmetic", "parameters: {lambda: 0.5}");
        merge(recipe, new MergeOptions(out, 1 << 30, 2, false, false, false, MergeMeasures.of(true, true)));
        assertThat(Files.readString(out.resolve("report.html")))
                .containsPattern("\\d+ tensors of 2 models merged")
                .containsPattern(
                        "The median cosine of their task vectors is [−0-9.]+ where unrelated ones have 0\\h±\\h0\\.\\d+")
                .containsPattern("by the median over its matrices, 0\\.\\d+ of …/a and 0\\.\\d+ of …/b, where 1 is");
    }

    @Test
    void aDryRunSaysWhatWouldBeMerged() throws Exception {
        Path out = directory.resolve("dry");
        merge(recipe("linear", ""), new MergeOptions(out, 1 << 30, 2, true, false, false, MergeMeasures.NONE));
        assertThat(Files.readString(out.resolve("report.html")))
                .containsPattern("\\d+ tensors of 2 models to be merged")
                .doesNotContain("Task vector Δ");
    }
}
