package org.lowrank.trainer.experiment;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * One file with the state of one piece of work, whole or not at all: written beside, then renamed. It carries the
 * fingerprint of what it belongs to and a checksum; a file of anything else is as good as none.
 */
final class Checkpoint {
    private static final int MAGIC = 0x6c6f7772;

    private final Path file;
    private final String fingerprint;

    Checkpoint(Path file, String fingerprint) {
        this.file = file;
        this.fingerprint = fingerprint;
    }

    Optional<byte[]> read() throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            if (in.readInt() != MAGIC || !in.readUTF().equals(fingerprint)) {
                return Optional.empty();
            }
            long checksum = in.readLong();
            byte[] state = in.readAllBytes();
            return checksum(state) == checksum ? Optional.of(state) : Optional.empty();
        } catch (NoSuchFileException | java.io.EOFException e) {
            return Optional.empty();
        }
    }

    void write(byte[] state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeUTF(fingerprint);
            out.writeLong(checksum(state));
            out.write(state);
        }
        Path beside = file.resolveSibling("." + file.getFileName() + ".partial");
        Files.write(beside, bytes.toByteArray());
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static long checksum(byte[] state) {
        CRC32 crc = new CRC32();
        crc.update(state);
        return crc.getValue();
    }
}
