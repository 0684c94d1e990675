package org.lowrank.weights.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;

/**
 * An unfinished download, beside the cache's blobs, which Python prunes: {@code <etag>.part} with {@code <etag>.json} beside
 * it, which says what it is the beginning of. Held by one process; the next one goes on where it ended.
 */
final class PartialFile implements AutoCloseable {
    private static final int BUFFER = 1 << 20;

    private final Path path;
    private final Path side;
    private final HubFile file;
    private final FileChannel channel;
    private final boolean resumable;
    private MessageDigest digest;
    private long length;

    private PartialFile(Path path, Path side, HubFile file, FileChannel channel, boolean resumable) {
        this.path = path;
        this.side = side;
        this.file = file;
        this.channel = channel;
        this.resumable = resumable;
        this.digest = file.digest();
    }

    /** Takes up what an earlier download left, or begins. */
    static PartialFile open(Path directory, HubFile file, String repository) throws IOException {
        Files.createDirectories(directory);
        Path shared = directory.resolve(file.etag() + ".part");
        Path side = directory.resolve(file.etag() + ".json");
        FileChannel channel =
                FileChannel.open(shared, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (!isOurs(channel)) {
            channel.close();
            Path own = directory.resolve(
                    file.etag() + "." + UUID.randomUUID().toString().substring(0, 8) + ".part");
            channel = FileChannel.open(
                    own, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new PartialFile(own, side, file, channel, false);
        }
        PartialFile partial = new PartialFile(shared, side, file, channel, true);
        try {
            partial.takeUp(repository);
            return partial;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean isOurs(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException anotherThread) {
            return false;
        } catch (IOException noLocks) {
            return false; // some network file systems have none: a file of one's own is safe
        }
    }

    private void takeUp(String repository) throws IOException {
        if (channel.size() > file.size() || !describes(file)) {
            restart();
        }
        ObjectMapper json = new ObjectMapper();
        json.writeValue(
                side.toFile(),
                Map.of("repository", repository, "path", file.path(), "etag", file.etag(), "size", file.size()));
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        channel.position(0);
        for (int n = channel.read(buffer); n >= 0; n = channel.read(buffer)) {
            digest.update(buffer.flip());
            length += n;
            buffer.clear();
        }
    }

    private boolean describes(HubFile wanted) {
        try {
            JsonNode known = new ObjectMapper().readTree(side.toFile());
            return known.path("etag").asText().equals(wanted.etag())
                    && known.path("size").asLong(-1) == wanted.size();
        } catch (IOException noneOrBroken) {
            return false;
        }
    }

    /** Bytes that are there. */
    long length() {
        return length;
    }

    /** Forgets all bytes. */
    void restart() throws IOException {
        channel.truncate(0);
        channel.position(0);
        digest = file.digest();
        length = 0;
    }

    void append(byte[] bytes, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw named(e);
        }
        digest.update(bytes, 0, count);
        length += count;
    }

    /** Whether all bytes are there and are the right ones; asked once, at the end. */
    boolean isVerified() {
        return length == file.size()
                && HexFormat.of().formatHex(digest.digest()).equals(file.etag());
    }

    /** Puts the bytes on the disk and ends; the file is then at {@link #path()}. */
    void finish() throws IOException {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw named(e);
        }
        channel.close();
    }

    /** A full disk is told by the channel without the file. */
    private IOException named(IOException e) {
        return e instanceof ClosedByInterruptException || e instanceof FileSystemException
                ? e
                : new FileSystemException(path.toString(), null, e.getMessage());
    }

    Path path() {
        return path;
    }

    /** After the content was moved away, or is of no use. */
    void discard() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
        if (resumable) {
            Files.deleteIfExists(side);
        }
    }

    /** Keeps what can be taken up again. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!resumable) {
            Files.deleteIfExists(path);
        }
    }
}
