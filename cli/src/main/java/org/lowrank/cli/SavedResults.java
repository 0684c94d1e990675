package org.lowrank.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.ComparisonResult;
import org.lowrank.analyzer.output.OverlapResult;
import org.lowrank.reports.ResultJson;
import org.lowrank.trainer.output.ExperimentResult;
import org.lowrank.trainer.theory.TheoryResult;

/** From saved result.json files to the files of one report. */
final class SavedResults {
    private SavedResults() {}

    /** One result of any kind, or several analyses as one. */
    static ResultFiles read(List<Path> files) throws IOException, UsageException {
        List<JsonNode> trees = new ArrayList<>();
        for (Path file : files) {
            trees.add(ResultJson.read(file));
        }
        List<String> kinds = trees.stream()
                .map(tree -> tree.path("kind").asText())
                .distinct()
                .toList();
        if (files.size() > 1 && !kinds.equals(List.of(AnalysisResult.KIND))) {
            throw new UsageException("several results: " + String.join(", ", kinds)
                    + ": only results of analyze go into one report; render the others one by one");
        }
        Path file = files.get(0);
        JsonNode tree = trees.get(0);
        return switch (kinds.get(0)) {
            case AnalysisResult.KIND -> AnalyzeCommand.files(merged(trees, files));
            case ComparisonResult.KIND -> CompareCommand.files(ResultJson.as(tree, ComparisonResult.class, file));
            case OverlapResult.KIND -> OverlapCommand.files(ResultJson.as(tree, OverlapResult.class, file));
            case ExperimentResult.KIND -> ExperimentRun.files(ResultJson.as(tree, ExperimentResult.class, file));
            case TheoryResult.KIND -> TheoryCommand.files(ResultJson.as(tree, TheoryResult.class, file));
            default ->
                throw new UsageException("unknown result: " + file + ": kind " + kinds.get(0)
                        + "; render it with the version of lowrank that wrote it");
        };
    }

    private static AnalysisResult merged(List<JsonNode> trees, List<Path> files) throws IOException {
        List<AnalysisResult> all = new ArrayList<>();
        for (int i = 0; i < trees.size(); i++) {
            all.add(ResultJson.as(trees.get(i), AnalysisResult.class, files.get(i)));
        }
        AnalysisResult first = all.get(0);
        return all.size() == 1
                ? first
                : new AnalysisResult(
                        first.schemaVersion(),
                        first.kind(),
                        first.tool(),
                        first.commandLine(),
                        first.started(),
                        first.settings(),
                        all.stream().flatMap(r -> r.models().stream()).toList(),
                        all.stream().flatMap(r -> r.matrices().stream()).toList(),
                        all.stream().flatMap(r -> r.skippedTensors().stream()).toList(),
                        all.stream().flatMap(r -> r.findings().stream()).toList(),
                        all.stream().flatMap(r -> r.warnings().stream()).toList());
    }
}
