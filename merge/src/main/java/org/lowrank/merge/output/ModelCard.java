package org.lowrank.merge.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** README.md of a merged model: what it was made of and how, so that it can be made again. */
final class ModelCard {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HUB = "Hugging Face Hub";
    private static final String STREAMED = "(stream)";

    private ModelCard() {}

    static String of(MergeResult result) {
        StringBuilder card = new StringBuilder("---\n");
        List<String> onHub = result.models().stream()
                .flatMap(model -> onHub(model).stream())
                .distinct()
                .toList();
        if (!onHub.isEmpty()) {
            card.append("base_model:\n");
            onHub.forEach(name -> card.append("- ").append(quoted(name)).append('\n'));
        }
        card.append("tags:\n- merge\n- lowrank\n---\n\n# Merged model\n\n");
        card.append("Made by lowrank ")
                .append(plain(result.run().version()))
                .append(", method ")
                .append('`')
                .append(result.method().name())
                .append("` (")
                .append(result.method().title())
                .append("): ")
                .append(result.method().formula())
                .append(". Source: ")
                .append(result.method().reference())
                .append(".\n\nComputed in double from the weights as stored, rounded once to nearest even.\n\n");
        card.append(
                "## Models\n\n| role | model | revision | from | files (bytes, SHA-256) |\n|---|---|---|---|---|\n");
        for (MergeResult.Model model : result.models()) {
            card.append("| ")
                    .append(model.role())
                    .append(" | ")
                    .append(plain(model.reference()))
                    .append(" | ")
                    .append(plain(model.revision()))
                    .append(" | ")
                    .append(plain(model.source()))
                    .append(" | ")
                    .append(inputs(model.files()))
                    .append(" |\n");
        }
        if (result.models().stream().anyMatch(model -> model.source().contains(STREAMED))) {
            card.append("\nWhat was streamed was not compared with the SHA-256 that the Hub announces.\n");
        }
        card.append("\n## Recipe\n\n").append(fenced(result.recipe())).append("\n## Weights\n\n");
        card.append(String.format(
                Locale.ROOT,
                "%d tensors, %d parameters merged; %s.%n%nEvery tensor's numbers are in merge.csv, everything else in"
                        + " merge.json and report.html.%n",
                result.output().tensors(),
                result.output().parameters(),
                files(result.output().files())));
        if (!result.warnings().isEmpty()) {
            card.append("\n## Warnings\n\n");
            result.warnings()
                    .forEach(warning -> card.append("- ").append(plain(warning)).append('\n'));
        }
        return card.toString().replace("\r\n", "\n");
    }

    /** Names that the Hub knows: of base and adapter both, without a folder or file inside. */
    private static List<String> onHub(MergeResult.Model model) {
        String[] sources = model.source().split(" \\+ ", 2);
        int first = model.model().indexOf('+'); // no name on the Hub has one
        int last = model.model().lastIndexOf('+');
        List<String> names = new ArrayList<>();
        if (sources[0].startsWith(HUB)) {
            names.add(first < 0 ? model.model() : model.model().substring(0, first));
        }
        if (sources[sources.length - 1].startsWith(HUB) && last >= 0) {
            names.add(model.model().substring(last + 1));
        }
        return names.stream()
                .map(name -> name.replaceFirst("^([^/]+/[^/]+)/.*", "$1"))
                .toList();
    }

    private static String inputs(List<MergeResult.ModelFile> files) {
        return String.join(
                ", ",
                files.stream()
                        .map(file -> plain(file.name()) + " (" + file.bytes()
                                + (file.sha256().isEmpty() ? ", no SHA-256 known" : ", `" + file.sha256() + "`") + ")")
                        .toList());
    }

    private static String files(List<MergeResult.ModelFile> files) {
        return String.join(
                ", ",
                files.stream()
                        .map(file -> plain(file.name()) + " (" + file.bytes() + ")")
                        .toList());
    }

    /** A fence longer than any run of backticks inside. */
    private static String fenced(String text) {
        StringBuilder fence = new StringBuilder("```");
        while (text.contains(fence)) {
            fence.append('`');
        }
        return fence + "yaml\n" + text.strip() + "\n" + fence + "\n";
    }

    /** Text from files and paths, without what Markdown or a terminal would take for markup. */
    private static String plain(String text) {
        String clean = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", " ");
        return clean.replaceAll("([\\\\`*_\\[\\]<>|#])", "\\\\$1");
    }

    private static String quoted(String text) {
        try {
            return JSON.writeValueAsString(text); // a JSON string is a YAML string
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
