package org.lowrank.cli;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A text of each of two tasks, for commands that compare what two models learnt. */
final class TaskTexts {
    @Option(
            names = "--text-a",
            paramLabel = "TEXT",
            description =
                    "A text of the first model's task, a file or the text itself: the losses of base, parts and merged model on "
                            + "it, and how far the other model's change acts on its inputs.")
    @Nullable
    String textA;

    @Option(names = "--text-b", paramLabel = "TEXT", description = "A text of the second model's task.")
    @Nullable
    String textB;

    /** Whether one is given. */
    boolean given() {
        return textA != null || textB != null;
    }

    /** Both, or none. */
    List<String> read() throws IOException, UsageException {
        if ((textA == null) != (textB == null)) {
            throw new UsageException("--text-a and --text-b: one of two; give a text of each task");
        }
        return textA == null || textB == null ? List.of() : List.of(TextArgument.read(textA), TextArgument.read(textB));
    }
}
