package org.lowrank.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.extraction.AdapterShrinker;
import org.lowrank.analyzer.extraction.Extraction;
import org.lowrank.analyzer.extraction.ExtractionGoal;
import org.lowrank.analyzer.extraction.TaskVectorExtractor;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.ExtractionReport;
import org.lowrank.analyzer.output.ExtractionResult;
import org.lowrank.reports.HtmlReport;
import org.lowrank.reports.ResultJson;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.adapter.PeftWriter;
import org.lowrank.weights.reference.ModelNames;
import org.lowrank.weights.reference.ModelReference;
import org.lowrank.weights.writing.ModelDirectory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank extract}: a task vector as a low-rank adapter, or a smaller adapter. */
@Command(
        name = "extract",
        mixinStandardHelpOptions = true,
        description =
                "Write the difference of two models as a PEFT LoRA adapter, or an adapter with a smaller rank, with the "
                        + "error of every matrix.",
        footer = {
            "",
            "Example: lowrank extract org/base org/fine-tuned --energy 0.9",
            "         lowrank extract org/adapter --rank 8"
        })
final class ExtractCommand extends ModelRun implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "BASE|ADAPTER", description = "The base model, or the adapter to shrink.")
    String first = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "TUNED", description = "What was tuned from the base.")
    @Nullable
    String second;

    @ArgGroup(exclusive = true, multiplicity = "1")
    Goal goal = new Goal();

    /** One of three. */
    static final class Goal {
        @Option(names = "--rank", paramLabel = "R", description = "The rank of every matrix, less where its own is.")
        @Nullable
        Integer rank;

        @Option(
                names = "--energy",
                paramLabel = "SHARE",
                description = "The least rank that holds this share of ‖ΔW‖_F², for instance 0.9.")
        @Nullable
        Double energy;

        @Option(
                names = "--error",
                paramLabel = "EPS",
                description = "The least rank with ‖ΔW − BA‖_2 ≤ EPS·‖ΔW‖_2, for instance 0.1.")
        @Nullable
        Double error;
    }

    @Option(
            names = "--max-rank",
            paramLabel = "R",
            description = "No matrix gets a larger rank with --energy and --error (default ${DEFAULT-VALUE}).")
    int mostRank = ExtractionGoal.DEFAULT_MOST_RANK;

    @Option(names = "--layers", paramLabel = "LIST", description = "Only these layers, counted from 0: 0-5,11.")
    @Nullable
    String layers;

    @Option(
            names = "--matrices",
            paramLabel = "LIST",
            description = "Only these kinds: a list of Q,K,V,QKV,O,M1,M2,GATE.")
    @Nullable
    String matrices;

    @Option(names = "--certify", description = "Prove the bounds of ‖ΔW − BA‖_2, so that they never fail.")
    boolean certify;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Directory of the adapter; must not exist (default: lowrank-results/ and the models' names).")
    @Nullable
    Path out;

    @Override
    public Integer call() throws Exception {
        ExtractionGoal wanted = wanted();
        MeasureArguments measure = new MeasureArguments();
        measure.layers = layers;
        measure.matrices = matrices;
        LayerSelection selection = selection(measure);
        ModelReference one = reference(first);
        String tuned = second;
        Path target = target(one, tuned == null ? null : reference(tuned));
        String fingerprint =
                HexFormat.of().toHexDigits(String.join(" ", commandLine()).hashCode());
        try (ModelDirectory directory = ModelDirectory.open(target, fingerprint, Optional.of("adapter_config.json"))) {
            ExtractionResult result = tuned == null
                    ? shrink(one, selection, wanted, directory)
                    : extract(one, reference(tuned), selection, wanted, directory);
            write(result, directory);
            directory.commit();
            if (!console.quiet) {
                System.out.print(TerminalSummary.of(result, Terminal.stdout()));
            }
            for (String name : List.of(
                    "adapter_config.json", "adapter_model.safetensors", "extract.csv", "result.json", "report.html")) {
                System.out.println(target.resolve(name));
            }
        }
        return 0;
    }

    private ExtractionGoal wanted() throws UsageException {
        try {
            if (goal.rank != null) {
                return ExtractionGoal.rank(goal.rank);
            }
            if (goal.energy != null) {
                return new ExtractionGoal(ExtractionGoal.Kind.ENERGY, goal.energy, mostRank);
            }
            double error = goal.error == null ? Double.NaN : goal.error;
            return new ExtractionGoal(ExtractionGoal.Kind.ERROR, error, mostRank);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private Path target(ModelReference one, @Nullable ModelReference tuned) {
        if (out != null) {
            return out;
        }
        List<String> names = tuned == null
                ? List.of(one.shortName() + "-smaller")
                : List.of(tuned.shortName() + "-minus-" + one.shortName());
        return Path.of("lowrank-results", OutputArguments.directoryName(names));
    }

    private ExtractionResult extract(
            ModelReference base,
            ModelReference tuned,
            LayerSelection selection,
            ExtractionGoal wanted,
            ModelDirectory directory)
            throws Exception {
        ModelNames names = ModelNames.of(List.of(base, tuned));
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress());
                ModelAnalysis a = open(base, sourceOptions(progress), selection, names);
                ModelAnalysis b = open(tuned, sourceOptions(progress), selection, names);
                SpectralEngine engine = SpectralEngines.create();
                PeftWriter writer = PeftWriter.open(directory)) {
            if (a.adapter().isPresent() || b.adapter().isPresent()) {
                throw new UsageException("an adapter is no model: " + first + " and " + second
                        + "; give a base and what was tuned from it, or one adapter alone");
            }
            SpectralOptions options = new SpectralOptions(1e-6, 1e-9, certify, false, false, 0);
            long start = System.nanoTime();
            Extraction extraction = new TaskVectorExtractor(engine, options, wanted)
                    .extract(
                            name(base, a),
                            a.layers(),
                            a.checkpoint(),
                            b.checkpoint(),
                            writer,
                            (done, total) -> progress.count("extract", done, total));
            a.took("extract", (System.nanoTime() - start) / 1e9);
            progress.close();
            writer.finish(extraction.base(), a.provenance().revision(), extraction.fanInFanOut());
            List<AnalysisResult.Warning> warnings = new ArrayList<>(a.warnings(List.of()));
            warnings.addAll(b.warnings(List.of()));
            return ExtractionResult.of(
                    tool(engine.description(), 1),
                    commandLine(),
                    started(),
                    List.of(a.model(""), b.model("")),
                    extraction,
                    warnings);
        }
    }

    /** What loads it later: a repository's name, or the path as it was given. */
    private static String name(ModelReference reference, ModelAnalysis model) {
        return reference instanceof ModelReference.Local local
                ? local.text()
                : model.provenance().model();
    }

    private ExtractionResult shrink(
            ModelReference reference, LayerSelection selection, ExtractionGoal wanted, ModelDirectory directory)
            throws Exception {
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress());
                ModelAnalysis model =
                        open(reference, sourceOptions(progress), selection, ModelNames.of(List.of(reference)));
                PeftWriter writer = PeftWriter.open(directory)) {
            var adapter = model.adapter()
                    .orElseThrow(() -> new UsageException("no adapter: " + first
                            + ": it is a model; give an adapter to shrink, or a base and what was tuned from it"));
            if (adapter.rescales()) {
                throw new UsageException("DoRA: " + first
                        + ": its magnitudes belong to the sum with the base, so that its factors cannot be shrunk alone;"
                        + " extract it from the base and base+adapter");
            }
            Extraction extraction = new AdapterShrinker(wanted)
                    .shrink(
                            adapter.base(),
                            adapter.fanInFanOut(),
                            model.layers(),
                            writer,
                            (done, total) -> progress.count("extract", done, total));
            progress.close();
            writer.finish(adapter.base(), "", adapter.fanInFanOut());
            return ExtractionResult.of(
                    tool("factors", 1),
                    commandLine(),
                    started(),
                    List.of(model.model("")),
                    extraction,
                    model.warnings(List.of()));
        }
    }

    private static void write(ExtractionResult result, ModelDirectory directory) throws java.io.IOException {
        String json = ResultJson.write(result);
        String csv = ExtractionReport.csv(result.extraction());
        directory.write("extract.csv", csv.getBytes(StandardCharsets.UTF_8));
        directory.write("result.json", json.getBytes(StandardCharsets.UTF_8));
        directory.write(
                "report.html",
                HtmlReport.render(ExtractionReport.of(result, csv, json)).getBytes(StandardCharsets.UTF_8));
    }
}
