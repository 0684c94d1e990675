package org.lowrank.survey.population;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;

/** The files of a survey, in a directory of this machine or in a file system of many: each appears whole or not at all. */
public interface SurveyFiles {
    /** What the directory is called, for messages. */
    String place();

    /**
     * Writes a file, in a sub-directory where the name has one.
     *
     * @throws ReportWriteException if it cannot be written
     */
    void write(String name, byte[] content) throws ReportWriteException;

    /** Writes one too large to be in memory at once. */
    void write(String name, OutputDirectory.Content content) throws ReportWriteException;

    /** A file's content; empty where there is none. */
    Optional<byte[]> read(String name) throws IOException;

    /** Names of what lies in a sub-directory, none where there is no such directory. */
    List<String> list(String directory) throws IOException;

    /** Removes a file, or a directory with all that is in it, where there is one. */
    void delete(String name) throws IOException;
}
