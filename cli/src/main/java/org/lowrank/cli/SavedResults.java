package org.lowrank.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.ComparisonResult;
import org.lowrank.analyzer.output.ExtractionResult;
import org.lowrank.analyzer.output.OverlapResult;
import org.lowrank.analyzer.output.RunResult;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.UnreadableResultException;
import org.lowrank.survey.population.SurveyResult;
import org.lowrank.survey.trace.TraceResult;
import org.lowrank.trainer.output.ExperimentResult;
import org.lowrank.trainer.theory.TheoryResult;

/** From saved result.json files to the files of one report. */
final class SavedResults {
    private SavedResults() {}

    /**
     * Whether a directory holds the results of another local model than this one: those would be lost, although both are called
     * by the same last folder.
     *
     * @param location of the model about to be measured
     */
    static boolean isOfAnother(Path directory, String location) {
        Path file = directory.resolve("result.json");
        if (!Files.exists(file)) {
            return false;
        }
        try {
            for (JsonNode model : ResultJson.read(file).path("models")) {
                JsonNode provenance = model.path("provenance");
                if (provenance.path("source").asText().equals("local path")
                        && !provenance.path("location").asText().equals(location)) {
                    return true;
                }
            }
            return false;
        } catch (UnreadableResultException notOurs) {
            return false; // what cannot be read is measured again and overwritten
        }
    }

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
            case AnalysisResult.KIND -> merged(trees, files).files();
            case ComparisonResult.KIND ->
                ResultJson.as(tree, ComparisonResult.class, ComparisonResult.SCHEMA_VERSION, file)
                        .files();
            case ExtractionResult.KIND ->
                ResultJson.as(tree, ExtractionResult.class, ExtractionResult.SCHEMA_VERSION, file)
                        .files();
            case OverlapResult.KIND ->
                ResultJson.as(tree, OverlapResult.class, OverlapResult.SCHEMA_VERSION, file)
                        .files();
            case RunResult.KIND ->
                ResultJson.as(tree, RunResult.class, RunResult.SCHEMA_VERSION, file)
                        .files();
            case TraceResult.KIND ->
                ResultJson.as(tree, TraceResult.class, TraceResult.SCHEMA_VERSION, file)
                        .files();
            case SurveyResult.KIND ->
                ResultJson.as(tree, SurveyResult.class, SurveyResult.SCHEMA_VERSION, file)
                        .files();
            case ExperimentResult.KIND ->
                ResultJson.as(tree, ExperimentResult.class, ExperimentResult.SCHEMA_VERSION, file)
                        .judged()
                        .files();
            case TheoryResult.KIND ->
                ResultJson.as(tree, TheoryResult.class, TheoryResult.SCHEMA_VERSION, file)
                        .files();
            case MergeResult.KIND ->
                ResultJson.as(tree, MergeResult.class, MergeResult.SCHEMA_VERSION, file)
                        .files();
            default ->
                throw new UsageException("unknown result: " + file + ": kind " + kinds.get(0)
                        + "; render it with the version of lowrank that wrote it");
        };
    }

    /**
     * Models of one name in several results get their revisions, or where they have none their paths, into their names, wherever
     * these stand: rows of one are never taken for the other's.
     */
    private static void tellApart(List<JsonNode> trees, List<Path> files) throws UsageException {
        Map<String, Set<String>> longNames = new HashMap<>();
        for (int i = 0; i < trees.size(); i++) {
            for (JsonNode model : trees.get(i).path("models")) {
                String name = model.path("model").asText();
                if (!longNames.computeIfAbsent(name, n -> new HashSet<>()).add(longName(model))) {
                    throw new UsageException("one model twice: " + longName(model) + ": in " + files.get(i)
                            + " and in a result before; leave one out");
                }
            }
        }
        for (JsonNode tree : trees) {
            Map<String, String> renamed = new HashMap<>();
            for (JsonNode model : tree.path("models")) {
                String name = model.path("model").asText();
                if (longNames.getOrDefault(name, Set.of()).size() > 1) {
                    renamed.put(name, longName(model));
                }
            }
            for (String list : List.of("models", "matrices", "skipped_tensors", "findings", "warnings")) {
                for (JsonNode entry : tree.path(list)) {
                    String name = renamed.get(entry.path("model").asText());
                    if (name != null && entry instanceof ObjectNode object) {
                        object.put("model", name);
                    }
                }
            }
        }
    }

    private static String longName(JsonNode model) {
        String revision = model.path("revision").asText();
        return revision.isEmpty()
                ? model.path("provenance").path("location").asText()
                : model.path("model").asText() + "@" + revision.substring(0, Math.min(10, revision.length()));
    }

    /** Several saved analyses as one. */
    static AnalysisResult analyses(List<Path> files) throws IOException, UsageException {
        List<JsonNode> trees = new ArrayList<>();
        for (Path file : files) {
            JsonNode tree = ResultJson.read(file);
            if (!tree.path("kind").asText().equals(AnalysisResult.KIND)) {
                throw new UsageException("no analysis: " + file + ": kind "
                        + ForeignText.line(tree.path("kind").asText()) + "; give result.json files of analyze");
            }
            trees.add(tree);
        }
        return merged(trees, files);
    }

    private static AnalysisResult merged(List<JsonNode> trees, List<Path> files) throws IOException, UsageException {
        tellApart(trees, files);
        List<AnalysisResult> all = new ArrayList<>();
        for (int i = 0; i < trees.size(); i++) {
            all.add(ResultJson.as(trees.get(i), AnalysisResult.class, AnalysisResult.SCHEMA_VERSION, files.get(i)));
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
