package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.weights.files.SourceOptions;

/** A merge that was interrupted. */
class MergeResumptionTest extends MadeModels {
    @Test
    void anInterruptedMergeIsGoneOnWith() throws Exception {
        Path out = directory.resolve("merged");
        String recipe = recipe("linear", "");
        assertThatThrownBy(() -> {
                    try (Merge merge = Merge.open(RecipeReader.read(recipe, "r"), SourceOptions.defaults())) {
                        merge.run(options(out, 1, 1 << 12), RUN, new Merge.Progress() {
                            @Override
                            public void measured(String what, long done, long total) {}

                            @Override
                            public void written(long bytes, long total) {
                                if (bytes > total / 2) {
                                    throw new IllegalStateException("pulled the plug");
                                }
                            }
                        });
                    }
                })
                .hasMessage("pulled the plug");
        assertThat(out).doesNotExist();
        Path unfinished =
                directory.resolve(Objects.requireNonNull(directory.toFile().list())[0]);
        Path firstShard = unfinished.resolve(names(unfinished).stream()
                .filter(name -> name.startsWith("model-00001"))
                .findFirst()
                .orElseThrow());
        var time = Files.getLastModifiedTime(firstShard);
        MergeResult resumed = merge(recipe, options(out, 1, 1 << 12));
        assertThat(Files.getLastModifiedTime(out.resolve(firstShard.getFileName())))
                .isEqualTo(time);
        Path whole = directory.resolve("whole");
        MergeResult atOnce = merge(recipe, options(whole, 1, 1 << 12));
        assertThat(resumed.output().bytesWritten())
                .as("of this run alone")
                .isEqualTo(atOnce.output().bytesWritten() - Files.size(whole.resolve(firstShard.getFileName())));
        assertThat(resumed.output().bytesRead())
                .isPositive()
                .isLessThan(atOnce.output().bytesRead());
        for (String name : names(whole)) {
            if (name.endsWith(".safetensors")) {
                assertThat(out.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
            }
        }
    }
}
