package org.lowrank.reports;

import java.nio.file.Path;
import java.util.List;

/**
 * What a command or a program found, which knows its own files. It is rendered from the record alone, so that a saved result gives
 * the same files again.
 *
 * <pre>{@code
 * Result result = ...;
 * List<Path> written = result.writeTo(Path.of("results"));
 * }</pre>
 */
public interface Result {
    /** Its tables, its JSON, its report and figures; rendered when written. */
    ResultFiles files();

    /**
     * Writes report.html, the tables and result.json.
     *
     * @param directory made where it does not exist
     * @return paths, the report's last
     * @throws ReportWriteException if a file cannot be written; every file is whole or absent
     */
    default List<Path> writeTo(Path directory) throws ReportWriteException {
        return files().write(OutputDirectory.open(directory), ResultFormat.DEFAULT);
    }
}
