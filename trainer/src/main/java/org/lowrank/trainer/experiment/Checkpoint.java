package org.lowrank.trainer.experiment;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;

/**
 * One file with the state of one piece of work, whole or not at all: written beside, then renamed. It carries the
 * fingerprint of what it belongs to and a checksum; a damaged file is as good as none, one of other settings is not touched.
 */
final class Checkpoint {
    private static final int MAGIC = 0x6c6f7772;

    private final Path directory;
    private final String name;
    private final String fingerprint;

    Checkpoint(Path directory, String name, String fingerprint) {
        this.directory = directory;
        this.name = name;
        this.fingerprint = fingerprint;
    }

    /**
     * The state that was kept.
     *
     * @throws ReportWriteException if there is one of other settings, which a run would overwrite
     */
    Optional<byte[]> read() throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(directory.resolve(name)))) {
            if (in.readInt() != MAGIC) {
                return Optional.empty();
            }
            String own = in.readUTF();
            long checksum = in.readLong();
            byte[] state = in.readAllBytes();
            if (checksum(state) != checksum) {
                return Optional.empty();
            }
            if (!own.equals(fingerprint)) {
                throw new ReportWriteException("cannot write to " + directory + ": " + name
                        + " is the interrupted work of other settings or another version; finish it with its own command,"
                        + " give another --out, or --restart to discard it");
            }
            return Optional.of(state);
        } catch (NoSuchFileException | EOFException | UTFDataFormatException e) {
            return Optional.empty();
        }
    }

    /** Writes it, or says where it cannot and why (exit code 5). */
    void write(byte[] state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeUTF(fingerprint);
            out.writeLong(checksum(state));
            out.write(state);
        }
        OutputDirectory.open(directory).write(name, bytes.toByteArray());
    }

    private static long checksum(byte[] state) {
        CRC32 crc = new CRC32();
        crc.update(state);
        return crc.getValue();
    }
}
