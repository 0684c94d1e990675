package org.lowrank.weights.maven;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * The model files of a jar, unpacked once: compressed entries cannot be read at any offset. A zip inside the jar (a
 * SavedModel) is unpacked in its place. The directory appears whole or not at all.
 */
final class UnpackedJar {
    private static final int BUFFER = 1 << 20;

    /** Weights hardly shrink; a jar that grows a hundredfold was made to fill the disk. */
    private static final long LARGEST_RATIO = 100;

    private static final long ALWAYS_ALLOWED = 64L << 20;

    private final Path jar;
    private final Path directory;
    private final TransferProgress progress;
    private final long most;
    private long written;

    private UnpackedJar(Path jar, Path directory, TransferProgress progress) throws IOException {
        this.jar = jar;
        this.directory = directory;
        this.progress = progress;
        this.most = ALWAYS_ALLOWED + LARGEST_RATIO * Files.size(jar);
    }

    /** The directory of the jar's model files below the cache; unpacks them if they are not there yet. */
    static Path of(Path jar, Path directory, TransferProgress progress) throws IOException {
        if (Files.isDirectory(directory)) {
            return directory;
        }
        Path parent = directory.resolveSibling("." + directory.getFileName() + "." + UUID.randomUUID() + ".unfinished");
        try {
            Files.createDirectories(parent);
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                checkRoom(zip, jar, parent);
                new UnpackedJar(jar, parent, progress).unpack(zip);
            }
            publish(parent, directory);
        } catch (ZipException | EOFException e) {
            // What a jar holds is read by the JDK, which has several words for what is no zip.
            throw new MalformedWeightsException(
                    "malformed jar: " + jar + ": " + e.getMessage() + "; delete it and run again", e);
        } catch (IllegalArgumentException e) { // InvalidPathException among them
            throw new MalformedWeightsException(
                    "malformed jar: " + jar + ": an entry's name is no file name here; do not trust this model", e);
        } catch (MalformedWeightsException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "cannot unpack " + jar.getFileName() + " into " + directory.getParent() + ": " + reason(e)
                            + "; free some space, or set LOWRANK_CACHE to a directory with room",
                    e);
        } finally {
            delete(parent);
        }
        return directory;
    }

    /** What the jar says it holds is known before anything is written. */
    private static void checkRoom(ZipFile zip, Path jar, Path directory) throws IOException {
        long needed = zip.stream()
                .filter(entry -> !entry.isDirectory() && !isCode(entry.getName()))
                .mapToLong(entry -> Math.max(0, entry.getSize()))
                .reduce(0, (a, b) -> a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b);
        long room = Files.getFileStore(directory).getUsableSpace();
        if (needed > ALWAYS_ALLOWED + LARGEST_RATIO * Files.size(jar)) {
            throw new MalformedWeightsException("malformed jar: " + jar + ": its " + Files.size(jar)
                    + " bytes claim to unpack to " + needed + ", which no model's do; do not trust this model");
        }
        if (needed > room) {
            throw new IOException("not enough room: " + needed + " bytes are to be unpacked but " + room + " are free");
        }
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException named ? named.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    private void unpack(ZipFile zip) throws IOException {
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
            ZipEntry entry = entries.nextElement();
            if (entry.isDirectory() || isCode(entry.getName())) {
                continue;
            }
            try (InputStream content =
                    new Counted(new BufferedInputStream(zip.getInputStream(entry), BUFFER), entry, progress)) {
                content.mark(4);
                boolean nested = new String(content.readNBytes(4), java.nio.charset.StandardCharsets.ISO_8859_1)
                        .equals("PK\u0003\u0004");
                content.reset();
                if (nested) {
                    unpackNested(content);
                } else {
                    write(content, inside(directory, entry.getName()));
                }
            }
        }
    }

    private static boolean isCode(String name) {
        return name.startsWith("META-INF/") || name.endsWith(".class") || name.endsWith(".jar");
    }

    private void unpackNested(InputStream content) throws IOException {
        ZipInputStream nested = new ZipInputStream(content);
        for (ZipEntry entry = nested.getNextEntry(); entry != null; entry = nested.getNextEntry()) {
            if (!entry.isDirectory()) {
                write(nested, inside(directory, entry.getName()));
            }
        }
    }

    private static Path inside(Path directory, String name) throws IOException {
        String[] segments = name.split("[/\\\\]", -1);
        boolean unsafe = name.contains(":") || name.indexOf('\0') >= 0;
        for (String segment : segments) {
            unsafe |= segment.isEmpty() || segment.equals("..");
        }
        Path path = directory.resolve(name).normalize();
        if (unsafe || !path.startsWith(directory)) {
            throw new MalformedWeightsException(
                    Flaw.REFUSED,
                    "unsafe file name: " + name.replace('\0', '?')
                            + ": an entry of the jar leaves its folder; do not trust this model");
        }
        return path;
    }

    private void write(InputStream content, Path path) throws IOException {
        Files.createDirectories(path.getParent());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = java.nio.channels.Channels.newOutputStream(channel);
            byte[] buffer = new byte[BUFFER];
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                written += n;
                if (written > most) {
                    throw new MalformedWeightsException("malformed jar: " + jar + ": its " + Files.size(jar)
                            + " bytes unpack to more than " + most + ", which no model's do; do not trust this model");
                }
                out.write(buffer, 0, n);
            }
            channel.force(false);
        }
    }

    private static void publish(Path unfinished, Path directory) throws IOException {
        try {
            Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(directory)) { // else another process was first, with the same files
                throw e;
            }
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** Tells how much of an entry was unpacked. */
    private static final class Counted extends FilterInputStream {
        private final String label;
        private final long size;
        private final TransferProgress progress;
        private long done;

        Counted(InputStream in, ZipEntry entry, TransferProgress progress) {
            super(in);
            this.label = String.format(
                    Locale.ROOT,
                    "unpacking %s",
                    entry.getName().substring(entry.getName().lastIndexOf('/') + 1));
            this.size = entry.getSize();
            this.progress = progress;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            if (n > 4) {
                done += n;
                progress.transferred(label, done, size);
            }
            return n;
        }
    }
}
