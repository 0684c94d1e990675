package org.lowrank.analyzer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.lowrank.machine.files.Sha256;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * Equal fingerprints mean equal results: SHA-256 in hexadecimal over where the model comes from, every file that was read, the index of
 * shards and config.json too (by its verified hash, or where it lies on this machine, by what changes with its content), and what is
 * measured and how.
 */
final class ResultFingerprint {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private ResultFingerprint() {}

    /**
     * Of the results of one model; empty where a file's content was not verified and cannot be told from another's.
     *
     * @param how configuration, selection, kernels, options and version, as text
     */
    static String of(ModelFiles files, List<ModelFiles.FileEntry> read, ModelFiles.Provenance provenance, String how)
            throws IOException, ModelNotFoundException {
        StringBuilder text = new StringBuilder();
        for (ModelFiles.FileEntry entry : read) {
            Optional<String> content = entry.sha256().isPresent() ? entry.sha256() : files.stamp(entry.name());
            if (content.isEmpty()) {
                return "";
            }
            text.append(String.join(" ", entry.name(), Long.toString(entry.size()), content.get()))
                    .append('\n');
        }
        return hash(text, provenance, how);
    }

    /**
     * Where the content was not verified: by the commit, which names one content of every file; empty where the revision is none.
     */
    static String ofCommit(List<ModelFiles.FileEntry> read, ModelFiles.Provenance provenance, String how) {
        if (!COMMIT.matcher(provenance.revision()).matches()) {
            return "";
        }
        StringBuilder text = new StringBuilder("by commit\n");
        read.forEach(entry ->
                text.append(entry.name()).append(' ').append(entry.size()).append('\n'));
        return hash(text, provenance, how);
    }

    private static String hash(StringBuilder text, ModelFiles.Provenance provenance, String how) {
        text.append(String.join("\n", provenance.model(), provenance.revision(), provenance.location(), how));
        return Sha256.of(text.toString());
    }
}
