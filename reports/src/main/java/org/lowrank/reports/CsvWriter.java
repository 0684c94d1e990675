package org.lowrank.reports;

import com.fasterxml.jackson.core.io.NumberOutput;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.text.ForeignText;

/**
 * A CSV file as text: RFC 4180, a header, numbers as the shortest decimals that read back the same double (Adams 2018, as
 * in Jackson: {@code Double.toString} of JDKs before 19 sometimes writes a digit too many).
 */
public final class CsvWriter {
    private static final Pattern NUMBER = Pattern.compile("[+-](\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|[+-]Infinity");

    private final int columns;
    private final StringWriter text = new StringWriter();
    private final de.siegmar.fastcsv.writer.CsvWriter writer = de.siegmar.fastcsv.writer.CsvWriter.builder()
            .lineDelimiter(LineDelimiter.CRLF)
            .build(text);

    /** Starts with the header. */
    public CsvWriter(List<String> header) {
        columns = header.size();
        writer.writeRecord(header);
    }

    /**
     * One row.
     *
     * @throws IllegalArgumentException if it has not one cell per column
     */
    public void add(List<String> cells) {
        if (cells.size() != columns) {
            throw new IllegalArgumentException(cells.size() + " cells in a row of " + columns + " columns: " + cells);
        }
        writer.writeRecord(cells.stream().map(CsvWriter::harmless).toList());
    }

    /**
     * Names come from files. A cell that a spreadsheet would take for a formula (one that starts with = + - or @ and is no
     * number) gets an apostrophe before it, as spreadsheets themselves mark text; control characters become {@code ?}.
     */
    static String harmless(String cell) {
        if (cell.isEmpty()) {
            return cell;
        }
        char first = cell.charAt(0);
        boolean formula = first == '='
                || first == '@'
                || ((first == '+' || first == '-') && !NUMBER.matcher(cell).matches());
        String text = (formula ? "'" : "") + cell;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return ForeignText.lines(text).replace('\n', '?');
            }
        }
        return text;
    }

    /** Header and rows so far. */
    @Override
    public String toString() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter never throws
        }
        return text.toString();
    }

    /** Empty where undefined (null, NaN). */
    public static String number(@Nullable Double value) {
        return value == null || value.isNaN() ? "" : NumberOutput.toString(value.doubleValue(), true);
    }
}
