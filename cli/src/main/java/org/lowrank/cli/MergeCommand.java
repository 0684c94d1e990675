package org.lowrank.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lowrank.merge.Merge;
import org.lowrank.merge.MergeMeasures;
import org.lowrank.merge.MergeOptions;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.prediction.MergePredictor;
import org.lowrank.merge.recipe.Recipe;
import org.lowrank.merge.recipe.RecipeException;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.merge.recipe.RecipeText;
import org.lowrank.weights.writing.ShardPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank merge}: several models to one. */
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        description =
                "Merge models of one architecture into one, by a recipe in mergekit's keys or by options: predict how "
                        + "their task vectors lie to one another, merge, and verify what came out.",
        footer = {
            "",
            "Examples:",
            "  lowrank merge recipe.yml --out merged",
            "  lowrank merge --method task_arithmetic --base org/base org/a org/b --lambda 0.7 --out merged --verify",
            "  lowrank merge --method ties --base org/base org/a org/b --density 0.2 --dry-run --out prediction"
        })
final class MergeCommand extends ModelRun implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "RECIPE.yml | MODEL...", description = "A recipe, or the models to merge.")
    List<String> inputs = List.of();

    @Mixin
    MergeNumbers numbers = new MergeNumbers();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            defaultValue = "lowrank-results/merged",
            description = "The merged model's directory (default ${DEFAULT-VALUE}). It appears when it is complete.")
    String out = "lowrank-results/merged";

    @Option(
            names = "--shard-size",
            paramLabel = "SIZE",
            defaultValue = "5GB",
            description = "Largest weight file: 5GB, 500MB (default ${DEFAULT-VALUE}).")
    String shardSize = "5GB";

    @Option(names = "--dry-run", description = "Check, predict and report; write no weights.")
    boolean dryRun;

    @Option(names = "--predict", description = "Predict before merging: norms, overlap, conflicts, beside random ones.")
    boolean predict;

    @Option(names = "--verify", description = "Measure the merged matrices against their parts and the prediction.")
    boolean verify;

    @Option(
            names = "--directions",
            paramLabel = "K",
            description = "Leading directions whose spaces are compared (default ${DEFAULT-VALUE}).")
    int directions = MergePredictor.DEFAULT_DIRECTIONS;

    @Mixin
    TaskTexts texts = new TaskTexts();

    @Option(
            names = "--no-hashes",
            description = "Do not hash local input files for the model card (one more pass over them).")
    boolean noHashes;

    @Option(names = "--force", description = "Replace an existing directory that lowrank merge has written.")
    boolean force;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Tensors merged side by side (default: the number of processors). The bytes do not depend on it.")
    @Nullable
    Integer threads;

    @Override
    public Integer call() throws Exception {
        if (source.file != null) {
            throw new UsageException("--file: " + source.file + ": a merge has several models; leave it out and write"
                    + " MODEL/" + source.file + " for the model it is of");
        }
        if (directions < 1 || directions > 256) {
            throw new UsageException("--directions: " + directions + ": not between 1 and 256; the default is "
                    + MergePredictor.DEFAULT_DIRECTIONS);
        }
        MergeMeasures measures =
                MergeMeasures.of(predict, verify).withDirections(directions).withTexts(texts.read());
        MergeOptions options = new MergeOptions(
                path(out),
                ByteSize.parse("--shard-size", shardSize, ShardPlan.USUAL_SHARD_BYTES / 1_000_000_000 + "GB"),
                MeasureArguments.threads(threads),
                dryRun,
                force,
                !noHashes,
                measures);
        MergeResult.Run run = new MergeResult.Run(VersionProvider.version(), commandLine(), started(), Map.of());
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress());
                Merge merge = Merge.open(recipe(), sourceOptions(progress))) {
            progress.close();
            if (texts.given()) {
                requirePyTorch(progress);
            }
            merge.notes().forEach(console::warn);
            MergeResult result = merge.run(options, run, new Merge.Progress() {
                @Override
                public void measured(String what, long done, long total) {
                    progress.count(what, done, total);
                }

                @Override
                public void written(long bytes, long total) {
                    progress.bytes("merge", bytes, total);
                }
            });
            progress.close();
            result.warnings().forEach(warning -> console.warn("warning: " + warning));
            print(result);
        } catch (RecipeException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        return 0;
    }

    private void print(MergeResult result) {
        if (!console.quiet) {
            System.out.print(MergeSummary.of(result));
        }
        System.out.println(dryRun ? Path.of(out, "report.html") : Path.of(out));
    }

    private Recipe recipe() throws UsageException, RecipeException, IOException {
        boolean isRecipe = inputs.size() == 1 && inputs.get(0).matches("(?i).*\\.ya?ml");
        if (isRecipe) {
            if (numbers.given()) {
                throw new UsageException("a recipe and options: " + inputs.get(0)
                        + " says how to merge; change it there, or give models and options");
            }
            Path file = path(inputs.get(0));
            if (!Files.isRegularFile(file)) {
                throw new UsageException("no such recipe: " + file + ": there is no file; check the path");
            }
            return RecipeReader.read(text(file), file.toString());
        }
        RecipeText text = numbers.recipe(inputs);
        return RecipeReader.read(text.toString(), "the command line");
    }

    private static String text(Path file) throws UsageException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new UsageException("bad recipe: " + file + ": it is not UTF-8 text; save it as that");
        } catch (IOException e) {
            throw new UsageException("cannot read the recipe: " + file + ": " + e.getMessage() + "; check it");
        }
    }

    private static Path path(String text) throws UsageException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException(text + ": not a path on this system; choose another name");
        }
    }
}
