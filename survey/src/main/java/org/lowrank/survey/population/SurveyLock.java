package org.lowrank.survey.population;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;

/** A directory of this machine that belongs to one survey at a time; gone with the process. */
public final class SurveyLock implements AutoCloseable {
    private final FileChannel file;

    private SurveyLock(FileChannel file) {
        this.file = file;
    }

    /**
     * Takes the directory.
     *
     * @throws ReportWriteException if it cannot be written, or another survey is writing it
     */
    public static SurveyLock of(OutputDirectory out) throws ReportWriteException {
        try {
            FileChannel channel = FileChannel.open(
                    out.path().resolve(".lowrank-survey"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new ReportWriteException("cannot write results: " + out.path()
                        + ": another survey is writing there; wait for it, or choose another directory with --out");
            }
            return new SurveyLock(channel);
        } catch (ReportWriteException e) {
            throw e;
        } catch (IOException e) {
            throw new ReportWriteException(
                    "cannot write results: " + out.path() + ": " + e.getMessage()
                            + "; choose another directory with --out",
                    e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException sameProcess) {
            return false;
        }
    }

    @Override
    public void close() throws ReportWriteException {
        try {
            file.close();
        } catch (IOException e) {
            throw new ReportWriteException("cannot write results: " + e.getMessage() + "; run again", e);
        }
    }
}
