package org.lowrank.analyzer.output;

import com.fasterxml.jackson.core.io.NumberOutput;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A CSV file as text: RFC 4180, a header, numbers as the shortest decimals that read back the same double. */
final class CsvRows {
    private final StringWriter text = new StringWriter();
    private final CsvWriter writer =
            CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(text);

    CsvRows(List<String> header) {
        writer.writeRecord(header);
    }

    void add(List<String> cells) {
        writer.writeRecord(cells);
    }

    @Override
    public String toString() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter never throws
        }
        return text.toString();
    }

    /** Empty where undefined. */
    static String number(@Nullable Double value) {
        return value == null || value.isNaN() ? "" : NumberOutput.toString(value.doubleValue(), true);
    }
}
