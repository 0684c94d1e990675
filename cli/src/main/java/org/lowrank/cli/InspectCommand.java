package org.lowrank.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.lowrank.analyzer.ModelInventory;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.reports.ResultJson;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank inspect}: what a model's files hold, from headers alone. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description =
                "Names, shapes, dtypes, roles and bytes of a model's tensors, from headers alone: no weight is read, "
                        + "and of a model on the Hub mostly one request a file.",
        footer = {"", "Example: lowrank inspect google-bert/bert-base-uncased"})
final class InspectCommand extends ModelRun implements Callable<Integer> {
    private static final int LONGEST_NAME = 100;

    @Parameters(paramLabel = "MODEL", description = "The model, named as for analyze.")
    String model = "";

    @Option(names = "--json", description = "Print JSON instead of a table.")
    boolean json;

    @Override
    public Integer call() throws IOException, ModelNotFoundException, UsageException {
        ModelReference reference = ModelReference.parse(model);
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress())) {
            ModelInventory inventory = ModelInventory.of(reference, sourceOptions(progress));
            progress.close();
            inventory.warnings().forEach(warning -> console.warn("warning: " + printable(warning, 2000)));
            System.out.print(json ? ResultJson.write(inventory) : table(inventory));
        }
        return 0;
    }

    /** One line a tensor, then the sums. */
    static String table(ModelInventory inventory) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"tensor", "dtype", "shape", "bytes", "role"});
        for (ModelInventory.Entry entry : inventory.tensors()) {
            rows.add(new String[] {
                printable(entry.name(), LONGEST_NAME),
                entry.dtype(),
                entry.shape().stream().map(String::valueOf).collect(Collectors.joining("x")),
                String.format(Locale.ROOT, "%,d", entry.bytes()),
                role(entry)
            });
        }
        int[] widths = new int[4];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        });
        StringBuilder text = new StringBuilder(TerminalSummary.card(
                        inventory.model(), inventory.revision(), inventory.architecture(), inventory.source()))
                .append('\n')
                .append(inventory.format())
                .append("\n\n");
        for (String[] row : rows) {
            text.append(pad(row[0], widths[0], false))
                    .append("  ")
                    .append(pad(row[1], widths[1], false))
                    .append("  ")
                    .append(pad(row[2], widths[2], false))
                    .append("  ")
                    .append(pad(row[3], widths[3], true))
                    .append("  ")
                    .append(row[4])
                    .append('\n');
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "%n%,d tensors, %,d bytes%n",
                        inventory.tensors().size(),
                        inventory.bytes()))
                .toString();
    }

    /** {@code decoder layer 3 Q, K, V}; all experts of a kind as one. */
    private static String role(ModelInventory.Entry entry) {
        Set<String> places = new LinkedHashSet<>();
        Set<String> families = new LinkedHashSet<>();
        for (MatrixId id : entry.matrices()) {
            if (ModelInventory.hasRole(id)) {
                places.add(id.stack() + (id.layerText().isEmpty() ? "" : " layer " + id.layerText()));
                boolean many = entry.matrices().size() > 3 && id.member().type() == MatrixId.Member.Type.EXPERT;
                families.add(many ? id.family() + ":E*" : id.matrix());
            }
        }
        if (families.isEmpty()) {
            return entry.matrices().isEmpty() ? "(" + entry.reason() + ")" : "by name";
        }
        return printable(String.join(", ", places), LONGEST_NAME) + " " + String.join(", ", families);
    }

    private static String pad(String text, int width, boolean right) {
        String blanks = " ".repeat(Math.max(0, width - text.length()));
        return right ? blanks + text : text + blanks;
    }

    /** Text of a file, without control and direction characters and not longer than a line. */
    private static String printable(String text, int longest) {
        String clean = text.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
        return clean.length() <= longest ? clean : clean.substring(0, longest - 1) + "…";
    }
}
