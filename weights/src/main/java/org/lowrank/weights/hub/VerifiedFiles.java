package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.lowrank.machine.files.WholeFile;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.FileStamp;

/**
 * Which cached files are known to hold what their hash says. Others write to the cache too, and disks fail: a file is hashed
 * when it is read for the first time, and again after it changed in any way. A note of it is kept outside the cache.
 */
final class VerifiedFiles {
    private static final int BUFFER = 1 << 20;

    private final Path notes;
    private final TransferProgress progress;

    VerifiedFiles(Path notes, TransferProgress progress) {
        this.notes = notes;
        this.progress = progress;
    }

    /**
     * Makes sure of a file's content.
     *
     * @param path of the file, which may be a link
     * @throws MalformedWeightsException if it is not what the hash says
     */
    void require(Path path, HubFile file) throws IOException {
        Path real = path.toRealPath();
        Path note = notes.resolve(file.etag());
        if (isNoted(note, real)) {
            return;
        }
        String before = FileStamp.of(real);
        if (Files.size(real) != file.size() || !hash(real, file).equals(file.etag())) {
            throw new MalformedWeightsException("damaged cache: " + real + ": its content is not what the Hub's hash "
                    + file.etag() + " says; delete it and run again");
        }
        write(note, before);
    }

    /** Notes that a file was verified just now, on its way into the cache. */
    void note(Path path, String etag) throws IOException {
        Path real = path.toRealPath();
        write(notes.resolve(etag), FileStamp.of(real));
    }

    private static boolean isNoted(Path note, Path real) throws IOException {
        return Files.isRegularFile(note)
                && Files.readString(note, StandardCharsets.UTF_8).equals(FileStamp.of(real));
    }

    private static void write(Path note, String stamp) {
        try {
            WholeFile.write(note, stamp.getBytes(StandardCharsets.UTF_8), (where, refused) -> refused);
        } catch (IOException cannotBeKept) {
            return; // the file is hashed again next time
        }
    }

    private String hash(Path real, HubFile file) throws IOException {
        MessageDigest digest = file.digest();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        long done = 0;
        try (FileChannel channel = FileChannel.open(real, StandardOpenOption.READ)) {
            for (int n = channel.read(buffer); n >= 0; n = channel.read(buffer)) {
                digest.update(buffer.flip());
                buffer.clear();
                done += n;
                progress.transferred("verifying " + file.path(), done, file.size());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
