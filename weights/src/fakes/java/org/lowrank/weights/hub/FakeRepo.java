package org.lowrank.weights.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.lowrank.weights.checkpoints.Content;

/** A repository of the fake hub: commits of files, names for commits, and who may read it. */
public final class FakeRepo {
    private static final long LARGEST_HASHED = 64 << 20;
    private static final int SAMPLED = 1 << 16;

    final String id;
    final Map<String, Map<String, FakeFile>> commits = new HashMap<>();
    final Map<String, String> revisions = new HashMap<>();
    final Set<String> tags = new TreeSet<>();
    final Set<String> tagRevisions = new HashSet<>();
    boolean gated;
    boolean disabled;
    Optional<String> reader = Optional.empty();

    /** A file and the hash that names its content. */
    record FakeFile(Content content, String etag) {}

    FakeRepo(String id) {
        this.id = id;
    }

    /** A file that revision main has. */
    public FakeRepo with(String path, byte[] content) {
        return with("main", path, content);
    }

    public FakeRepo with(String path, String content) {
        return with(path, content.getBytes(StandardCharsets.UTF_8));
    }

    /** A file that a revision has; its commit is the SHA-1 of the revision's name. */
    FakeRepo with(String revision, String path, byte[] content) {
        return with(revision, path, Content.of(content));
    }

    /** A file of any size that a revision has. */
    public FakeRepo with(String revision, String path, Content content) {
        String commit = revisions.computeIfAbsent(revision, FakeRepo::commitNamed);
        FakeFile file = new FakeFile(content, etag(path, content));
        commits.computeIfAbsent(commit, none -> new TreeMap<>()).put(path, file);
        return this;
    }

    /** A tag, by which models are filtered. */
    public FakeRepo tagged(String tag) {
        tags.add(tag);
        return this;
    }

    /** Nobody may read it. */
    public FakeRepo refused() {
        return disable();
    }

    /** A revision is a tag, not a branch. */
    public FakeRepo tag(String revision) {
        tagRevisions.add(revision);
        return this;
    }

    /** Who sends this token may read it, nobody else. */
    public FakeRepo privateTo(String token) {
        reader = Optional.of(token);
        return this;
    }

    public FakeRepo gatedFor(String token) {
        gated = true;
        return privateTo(token);
    }

    FakeRepo disable() {
        disabled = true;
        return this;
    }

    static String commitNamed(String revision) {
        return sha1(revision.getBytes(StandardCharsets.UTF_8));
    }

    /** As the real hub: weights are large files, whatever their size. */
    static boolean isLarge(String path) {
        return path.matches(".*\\.(safetensors|bin|onnx|gguf)");
    }

    /** The content's hash; of the name, the size and both ends where the content is too long to be hashed in a test. */
    private static String etag(String path, Content content) {
        if (content.size() > LARGEST_HASHED) {
            ByteArrayOutputStream told = new ByteArrayOutputStream();
            told.writeBytes((path + content.size()).getBytes(StandardCharsets.UTF_8));
            try {
                content.write(told, 0, SAMPLED);
                content.write(told, content.size() - SAMPLED, content.size());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return digest("SHA-256", told.toByteArray());
        }
        return isLarge(path) ? digest("SHA-256", content.bytes()) : gitSha1(content.bytes());
    }

    static String gitSha1(byte[] content) {
        byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + content.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(content, 0, all, head.length, content.length);
        return sha1(all);
    }

    private static String sha1(byte[] bytes) {
        return digest("SHA-1", bytes);
    }

    static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
