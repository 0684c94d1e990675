package org.lowrank.survey.population;

import org.lowrank.machine.text.ForeignText;

/** Why a model was not measured, in one line. */
final class Reasons {
    private static final int LONGEST = 1000;

    private Reasons() {}

    static String of(Throwable failure) {
        String message = failure.getMessage();
        String text = message == null || message.isBlank()
                ? failure.getClass().getSimpleName()
                : failure instanceof Error ? failure.getClass().getSimpleName() + ": " + message : message;
        String line = ForeignText.line(text.replaceAll("\\s*\\R\\s*", " ").strip());
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }
}
