package org.lowrank.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.trainer.theory.MeasuredModel;
import org.lowrank.trainer.theory.TheoryCatalog;
import org.lowrank.trainer.theory.TheoryResult;
import org.lowrank.trainer.theory.TheoryRun;
import org.lowrank.trainer.theory.Words;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Reading;
import org.lowrank.trainer.theory.claim.TheoryCheck;
import org.lowrank.trainer.theory.claim.TheorySettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowrank theory}: the paper's results, checked numerically. */
@Command(
        name = "theory",
        mixinStandardHelpOptions = true,
        description = "Check the paper's lemmas, corollaries and theorems numerically.",
        footer = {
            "",
            "Examples:",
            "  lowrank theory",
            "  lowrank theory lemma-4 --depth 3,5,8 --lambda 1e-3,1e-2",
            "  lowrank theory lemma-4 --measured lowrank-results/org--model/result.json"
        })
final class TheoryCommand implements Callable<Integer> {
    /** The results there are. */
    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Names() {
            super(TheoryCatalog.all().stream().map(TheoryCheck::id).toList());
        }
    }

    @Parameters(
            paramLabel = "RESULT",
            arity = "0..*",
            completionCandidates = Names.class,
            description = "Which results: ${COMPLETION-CANDIDATES} (default: all).")
    List<String> results = new ArrayList<>();

    @Option(
            names = "--depth",
            split = ",",
            paramLabel = "LIST",
            description = "Numbers of layers K (default: each check's own).")
    List<Integer> depths = new ArrayList<>();

    @Option(names = "--width", paramLabel = "N", description = "Width of hidden layers (default: each check's own).")
    int width;

    @Option(
            names = "--lambda",
            split = ",",
            paramLabel = "LIST",
            description = "Weight decays λ (default: each check's own).")
    List<Double> lambdas = new ArrayList<>();

    @Option(
            names = "--epsilon",
            split = ",",
            paramLabel = "LIST",
            description = "Largest inner products ε between the inputs of two tasks (default 0,1e-3,1e-2,1e-1).")
    List<Double> epsilons = new ArrayList<>(TheorySettings.defaults().epsilons());

    @Option(
            names = "--draws",
            paramLabel = "N",
            description = "Draws of data and initialisation (default ${DEFAULT-VALUE}).")
    int draws = TheorySettings.defaults().draws();

    @Option(names = "--seed", paramLabel = "SEED", description = "Seed of the first draw (default ${DEFAULT-VALUE}).")
    long seed = TheorySettings.defaults().seed();

    @Option(
            names = "--tolerance",
            paramLabel = "EPS",
            description = "Relative tolerance of the integrator of gradient flow (default ${DEFAULT-VALUE}).")
    double tolerance = TheorySettings.defaults().tolerance();

    @Option(
            names = "--most-steps",
            paramLabel = "N",
            description =
                    "Steps of descent, or evaluations of the integrator, in one run; what is not reached then is not"
                            + " decided (default ${DEFAULT-VALUE}).")
    int mostSteps = TheorySettings.defaults().mostSteps();

    @Option(
            names = "--measured",
            split = ",",
            paramLabel = "RESULT.json",
            description = {
                "Instead of training: the matrices of models that analyze has measured, beside Lemma 4's bound at --lambda",
                "(default 0.01), into lemma-4.csv."
            })
    List<Path> measured = new ArrayList<>();

    @Mixin
    OutputArguments output = new OutputArguments();

    @Mixin
    ConsoleOptions console = new ConsoleOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Set<ResultFormat> formats = output.formats();
        if (!measured.isEmpty()) {
            return besideMeasured();
        }
        TheorySettings settings;
        try {
            settings = new TheorySettings(depths, width, lambdas, epsilons, draws, seed, tolerance, mostSteps);
            TheoryCatalog.named(results);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        OutputDirectory directory = OutputDirectory.open(output.directory(List.of("theory")));
        List<CheckResult> checks;
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress())) {
            checks = TheoryRun.run(results, settings, (done, total, name) -> progress.count("theory", done, total));
        }
        TheoryResult result = TheoryResult.of(
                VersionProvider.version(), Redaction.of(Objects.requireNonNull(spec)), started, settings, checks);
        if (!console.quiet) {
            checks.forEach(TheoryCommand::print);
            System.out.println();
        }
        OutputArguments.print(result.files().write(directory, formats));
        return 0;
    }

    private int besideMeasured() throws Exception {
        if (!(results.isEmpty() || results.equals(List.of("lemma-4"))) || lambdas.size() > 1) {
            throw new UsageException("theory: --measured: is for lemma-4 and one --lambda; leave the others out");
        }
        double lambda = lambdas.isEmpty() ? 0.01 : lambdas.get(0);
        List<MeasuredModel> models = PretrainedModels.beside(SavedResults.analyses(measured), lambda);
        if (!console.quiet) {
            models.forEach(model -> System.out.println(model.sentence()));
            System.out.println();
        }
        OutputDirectory directory = OutputDirectory.open(output.directory(List.of("lemma-4")));
        OutputArguments.print(List.of(directory.write("lemma-4.csv", MeasuredModel.csv(models))));
        return 0;
    }

    private static void print(CheckResult check) {
        System.out.println(Words.headline(check));
        for (Reading reading : check.readings()) {
            String aside =
                    reading.claim().part() == Claim.Part.STATEMENT ? "" : " (" + Words.part(reading.claim()) + ")";
            System.out.println("  " + reading.claim().id() + aside + ": " + Words.describe(check, reading));
        }
    }
}
