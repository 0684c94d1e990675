package org.lowrank.merge.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Locale;

/** README.md of a merged model: what it was made of and how, so that it can be made again. */
final class ModelCard {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelCard() {}

    static String of(MergeResult result) {
        StringBuilder card = new StringBuilder("---\n");
        List<String> onHub = result.models().stream()
                .filter(model -> model.source().startsWith("Hugging Face Hub"))
                .map(MergeResult.Model::model)
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
                    .append(files(model.files()))
                    .append(" |\n");
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

    private static String files(List<MergeResult.ModelFile> files) {
        return String.join(
                ", ",
                files.stream()
                        .map(file -> plain(file.name()) + " (" + file.bytes()
                                + (file.sha256().isEmpty() ? "" : ", `" + file.sha256() + "`") + ")")
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
