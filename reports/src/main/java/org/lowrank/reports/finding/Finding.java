package org.lowrank.reports.finding;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A statement that follows from numbers by declared thresholds, as saved in result.json, printed and shown on a page.
 *
 * @param model what it is about, empty where there is one subject only
 * @param stack the stack of layers, empty where it is about no single one
 * @param id which statement, for scripts and for the page to link the section that shows it
 * @param verdict against the thresholds
 * @param number the key number as shown
 * @param statement one sentence
 * @param detail the numbers behind it and the thresholds
 * @param numbers the same for scripts: beside each {@code x}, where one applies, the null's {@code null_x}; in the order of
 *     their names, so that equal findings are equal bytes
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Finding(
        String model,
        String stack,
        String id,
        Verdict verdict,
        String number,
        String statement,
        String detail,
        Map<String, Double> numbers) {

    /** Fields that results of earlier layouts lack are empty. */
    public Finding {
        model = orEmpty(model);
        stack = orEmpty(stack);
        id = orEmpty(id);
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(number, "number");
        Objects.requireNonNull(statement, "statement");
        detail = orEmpty(detail);
        numbers = numbers(numbers);
    }

    /** A finding of a run that has one subject, an experiment or a check. */
    public static Finding of(
            String id, Verdict verdict, String number, String statement, String detail, Map<String, Double> numbers) {
        return new Finding("", "", id, verdict, number, statement, detail, numbers);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static Map<String, Double> numbers(@Nullable Map<String, Double> numbers) {
        return numbers == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(numbers));
    }
}
