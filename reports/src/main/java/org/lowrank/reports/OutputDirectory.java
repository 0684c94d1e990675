package org.lowrank.reports;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.lowrank.machine.files.Refusal;
import org.lowrank.machine.files.WholeFile;

/** A directory of results in which every file appears whole or not at all: written beside, then renamed. */
public final class OutputDirectory {
    private final Path path;

    private OutputDirectory(Path path) {
        this.path = path;
    }

    /**
     * Creates the directory where it does not exist and proves that a file can be written, so that a long computation does
     * not end in nothing.
     *
     * @throws ReportWriteException if it cannot be created or written to
     */
    public static OutputDirectory open(Path path) throws ReportWriteException {
        try {
            Files.createDirectories(path);
            Path probe = path.resolve(".lowrank-" + UUID.randomUUID());
            Files.createFile(probe);
            Files.delete(probe);
        } catch (IOException e) {
            throw failure(path, e);
        }
        return new OutputDirectory(path);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Writes a text file as UTF-8 and returns its path. */
    public Path write(String name, String content) throws ReportWriteException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a file, in a sub-directory where the name has one, and returns its path. */
    public Path write(String name, byte[] content) throws ReportWriteException {
        Path target = path.resolve(name);
        WholeFile.write(target, content, OutputDirectory::failure);
        return target;
    }

    /** What a file holds, written piece by piece. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes a file too large to be in memory at once; it appears when it is whole. */
    public Path write(String name, Content content) throws ReportWriteException {
        Path target = path.resolve(name);
        try (WholeFile<ReportWriteException> file = WholeFile.create(target, OutputDirectory::failure)) {
            OutputStream out = new BufferedOutputStream(new Into(file));
            content.writeTo(out);
            out.flush();
            file.force();
            file.commit();
            return target;
        } catch (ReportWriteException e) {
            throw e;
        } catch (IOException e) {
            throw failure(target, e);
        }
    }

    private static final class Into extends OutputStream {
        private final WholeFile<ReportWriteException> file;
        private long at;

        Into(WholeFile<ReportWriteException> file) {
            this.file = file;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            file.write(ByteBuffer.wrap(bytes, from, length), at);
            at += length;
        }
    }

    private static ReportWriteException failure(Path where, IOException e) {
        return new ReportWriteException(
                "cannot write results: " + where + ": " + Refusal.reason(e) + "; choose another directory with --out",
                e);
    }
}
