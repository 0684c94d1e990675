package org.lowrank.reports;

import com.fasterxml.jackson.core.io.NumberOutput;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file as text: RFC 4180, a header, numbers as the shortest decimals that read back the same double (Adams 2018, as
 * in Jackson: {@code Double.toString} of JDKs before 19 sometimes writes a digit too many).
 */
public final class CsvWriter {
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
        writer.writeRecord(cells);
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
