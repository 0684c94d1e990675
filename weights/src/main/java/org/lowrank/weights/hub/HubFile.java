package org.lowrank.weights.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.lowrank.machine.files.Sha256;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;

/**
 * A file of a repository at one commit.
 *
 * @param path relative, with '/', safe under every system's rules
 * @param size in bytes
 * @param etag what names and verifies the content: SHA-256 of a large file, git's blob SHA-1 of a small one; hex
 */
record HubFile(String path, long size, String etag) {
    /** Sizes add up: a petabyte each leaves room for nine thousand files. */
    private static final long LARGEST = 1L << 50;

    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*");

    /**
     * Checks what the server says: none of it is to be trusted.
     *
     * @throws MalformedWeightsException if the name leaves its folder, or size or hash are none
     */
    static HubFile checked(String path, long size, String etag, String repository) throws MalformedWeightsException {
        if (!isSafe(path)) {
            throw new MalformedWeightsException(
                    Flaw.REFUSED,
                    "unsafe file name: " + repository + ": '" + path.replaceAll("\\p{Cntrl}", "?")
                            + "' leaves its folder; do not trust this model");
        }
        if (size < 0
                || size > LARGEST
                || !(SHA1.matcher(etag).matches() || SHA256.matcher(etag).matches())) {
            throw new MalformedWeightsException(
                    "bad file list: " + repository + ": " + path + " has size " + size + " and hash '"
                            + etag.replaceAll("[^0-9A-Za-z]", "?") + "'; check HF_ENDPOINT, or run again later");
        }
        return new HubFile(path, size, etag);
    }

    /** Relative and below its folder, under POSIX and Windows rules alike. */
    static boolean isSafe(String path) {
        boolean safe = !path.isEmpty()
                && !path.startsWith("/")
                && !path.startsWith("\\")
                && !DRIVE.matcher(path).matches()
                && path.indexOf('\0') < 0;
        for (String segment : path.split("[/\\\\]", -1)) {
            safe &= !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
        }
        return safe;
    }

    static boolean isSha256(String etag) {
        return SHA256.matcher(etag).matches();
    }

    /** A digest that must end as {@link #etag()} once all bytes went through it. */
    MessageDigest digest() {
        if (isSha256(etag)) {
            return Sha256.digest();
        }
        try {
            MessageDigest git = MessageDigest.getInstance("SHA-1");
            git.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
            return git;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    ModelFiles.FileEntry entry() {
        return new ModelFiles.FileEntry(path, size, isSha256(etag) ? Optional.of(etag) : Optional.empty());
    }
}
