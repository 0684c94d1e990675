package org.lowrank.cli;

import java.io.IOException;
import java.util.List;
import org.lowrank.merge.Merge;
import org.lowrank.merge.MergeMeasures;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.recipe.RecipeException;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.merge.recipe.RecipeText;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/** Several models against one base: their task vectors pair by pair, as a dry run of adding them all. */
final class TaskVectorComparison {
    private final String base;
    private final List<String> models;

    TaskVectorComparison(String base, List<String> models) {
        this.base = base;
        this.models = models;
    }

    MergeResult run(
            SourceOptions source, MergeMeasures measures, int threads, MergeResult.Run run, TerminalProgress progress)
            throws IOException, ModelNotFoundException, InterruptedException, UsageException {
        try (Merge merge = Merge.open(RecipeReader.read(recipe(), "the command line"), source)) {
            return merge.predict(measures, threads, run, new Merge.Progress() {
                @Override
                public void measured(String what, long done, long total) {
                    progress.count("compare", done, total);
                }

                @Override
                public void written(long bytes, long total) {}
            });
        } catch (RecipeException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private String recipe() throws RecipeException {
        return new RecipeText("task_arithmetic").base(base).models(models).toString();
    }
}
