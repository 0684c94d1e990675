package org.lowrank.survey.trace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.List;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.machine.files.Sha256;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * What tells the weight files of one folder from those of another, where no source announces a hash: first a sample of their bytes,
 * which every step of a training changes, and only for those whose sample is the same all of them.
 */
final class LocalContent {
    private static final int BLOCK = 1 << 14;
    private static final int BLOCKS = 64;
    private static final int CHUNK = 1 << 22;

    private final ModelFiles files;
    private final List<String> names;
    private final String layers;

    /**
     * Of a folder.
     *
     * @param names of its weight files
     * @param layers what was found in them: the same bytes read otherwise are something else
     */
    LocalContent(ModelFiles files, Collection<String> names, String layers) {
        this.files = files;
        this.names = names.stream().sorted().toList();
        this.layers = layers;
    }

    static LocalContent of(ModelAnalysis model) {
        return new LocalContent(
                model.files(), model.checkpoint().files(), model.layers().card().toString());
    }

    /** SHA-256 of the files' names, sizes and of 64 blocks of each, from the first byte to the last; of small files it is of all. */
    String sampled() throws IOException, ModelNotFoundException {
        MessageDigest digest = Sha256.digest();
        for (String name : names) {
            try (ByteSource source = files.open(name)) {
                named(digest, name, source.size());
                long last = Math.max(0, source.size() - BLOCK);
                boolean all = source.size() <= (long) BLOCK * BLOCKS;
                if (all) {
                    update(digest, source, 0, source.size());
                } else {
                    for (int i = 0; i < BLOCKS; i++) {
                        update(digest, source, last / (BLOCKS - 1) * i, BLOCK);
                    }
                    update(digest, source, last, BLOCK);
                }
            }
        }
        return Sha256.hex(digest) + layers;
    }

    /** SHA-256 of the files' names, sizes and bytes. */
    String whole() throws IOException, ModelNotFoundException {
        MessageDigest digest = Sha256.digest();
        for (String name : names) {
            try (ByteSource source = files.open(name)) {
                named(digest, name, source.size());
                update(digest, source, 0, source.size());
            }
        }
        return Sha256.hex(digest) + layers;
    }

    /** Whether the other's files have the same names and bytes; ends at the first that differs. */
    boolean equalsThoseOf(LocalContent other) throws IOException, ModelNotFoundException {
        if (!names.equals(other.names) || !layers.equals(other.layers)) {
            return false;
        }
        for (String name : names) {
            try (ByteSource mine = files.open(name);
                    ByteSource theirs = other.files.open(name)) {
                if (!same(mine, theirs)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean same(ByteSource a, ByteSource b) throws IOException {
        if (a.size() != b.size()) {
            return false;
        }
        for (long at = 0; at < a.size(); at += CHUNK) {
            int length = (int) Math.min(CHUNK, a.size() - at);
            try (ByteSource.Region x = a.read(at, length);
                    ByteSource.Region y = b.read(at, length)) {
                ByteBuffer bytes = x.bytes();
                if (!bytes.equals(y.bytes())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void named(MessageDigest digest, String name, long size) {
        digest.update((name + "\0" + size + "\0").getBytes(StandardCharsets.UTF_8));
    }

    private static void update(MessageDigest digest, ByteSource source, long from, long count) throws IOException {
        for (long at = 0; at < count; at += CHUNK) {
            try (ByteSource.Region region = source.read(from + at, (int) Math.min(CHUNK, count - at))) {
                digest.update(region.bytes());
            }
        }
    }
}
