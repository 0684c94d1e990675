package org.lowrank.survey.trace;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.lowrank.machine.files.Sha256;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.UnreadableResultException;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.reference.ModelReference;

/**
 * What was measured of a run so far, in the folder {@code steps} of its results: a file per checkpoint and one per pair, each whole
 * or absent, named by a hash of everything that decides its numbers.
 */
final class TraceStore {
    private static final String FOLDER = "steps/";
    private static final int NAME = 32;

    private final OutputDirectory directory;
    private final String how;
    private final boolean reuse;

    /**
     * A store.
     *
     * @param how selection, kernels, accuracy and version, as text
     * @param reuse whether what is there counts
     */
    TraceStore(OutputDirectory directory, String how, boolean reuse) {
        this.directory = directory;
        this.how = how;
        this.reuse = reuse;
    }

    /**
     * What a checkpoint's measurements are kept under: of a commit its name, of a folder what changes with its files.
     *
     * @param commit where it is known
     * @return empty where nothing is known yet
     */
    Optional<String> key(TracedRevision revision, String commit) throws IOException {
        if (revision.reference() instanceof ModelReference.Local local) {
            StringBuilder text = new StringBuilder("local\n").append(local.path());
            try (LocalFiles files = LocalFiles.of(local.path())) {
                for (ModelFiles.FileEntry entry : files.list()) {
                    text.append('\n')
                            .append(entry.name())
                            .append(' ')
                            .append(files.stamp(entry.name()).orElse(""));
                }
            }
            return Optional.of(hash(text + "\n" + how));
        }
        if (commit.isEmpty() || !(revision.reference() instanceof ModelReference.Hub hub)) {
            return Optional.empty();
        }
        return Optional.of(hash(String.join("\n", "hub", hub.repository(), hub.inside(), commit, how)));
    }

    Optional<SavedStep> step(String key) {
        return read(key + ".json", SavedStep.class, SavedStep.KIND, SavedStep.SCHEMA_VERSION);
    }

    /** Whether a checkpoint's measurements are there, without reading them. */
    boolean hasStep(String key) {
        return reuse && Files.exists(path(key + ".json"));
    }

    void save(String key, SavedStep step) throws ReportWriteException {
        directory.write(FOLDER + key + ".json", ResultJson.writeCompact(step));
    }

    Optional<SavedPair> pair(String a, String b) {
        return read(a + "-" + b + ".json", SavedPair.class, SavedPair.KIND, SavedPair.SCHEMA_VERSION);
    }

    /** Whether the distances of two checkpoints are there, without reading them. */
    boolean hasPair(String a, String b) {
        return reuse && Files.exists(path(a + "-" + b + ".json"));
    }

    void save(String a, String b, SavedPair pair) throws ReportWriteException {
        directory.write(FOLDER + a + "-" + b + ".json", ResultJson.writeCompact(pair));
    }

    private Path path(String name) {
        return directory.path().resolve(FOLDER + name);
    }

    /** What cannot be read is measured again and overwritten. */
    private <T> Optional<T> read(String name, Class<T> type, String kind, int newest) {
        Path file = path(name);
        if (!reuse || !Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode tree = ResultJson.read(file);
            return tree.path("kind").asText().equals(kind)
                    ? Optional.of(ResultJson.as(tree, type, newest, file))
                    : Optional.empty();
        } catch (UnreadableResultException unreadable) {
            return Optional.empty();
        }
    }

    private static String hash(String text) {
        return Sha256.of(text).substring(0, NAME);
    }
}
