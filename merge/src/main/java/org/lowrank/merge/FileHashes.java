package org.lowrank.merge;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.machine.files.Sha256;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * SHA-256 of the weight files that took part: what their source tells or announces, and for files on this machine what they hold.
 * One more pass over them, for the card of a model that is written; a dry run does without.
 */
final class FileHashes {
    /** What sources tell, nothing computed. */
    static final FileHashes TOLD = new FileHashes(Map.of());

    private static final int CHUNK = 1 << 22;
    private static final String STREAMED = "(stream)";

    private final Map<String, String> computed;

    private FileHashes(Map<String, String> computed) {
        this.computed = computed;
    }

    /** Reads the files that no source tells a hash of, side by side. */
    static FileHashes of(Collection<OpenModel> models, int threads)
            throws IOException, ModelNotFoundException, InterruptedException {
        List<Unhashed> unhashed = new ArrayList<>();
        for (OpenModel model : models) {
            for (ModelFiles.FileEntry file : model.weightFiles()) {
                if (told(model, file).isEmpty() && !model.source(file.name()).endsWith(STREAMED)) {
                    unhashed.add(new Unhashed(model, file));
                }
            }
        }
        List<String> found = SideBySide.all(
                "hash",
                threads,
                unhashed,
                one -> hash(one.model().files(), one.file().name()));
        Map<String, String> computed = new LinkedHashMap<>();
        for (int i = 0; i < found.size(); i++) {
            computed.put(key(unhashed.get(i).model(), unhashed.get(i).file()), found.get(i));
        }
        return new FileHashes(computed);
    }

    private record Unhashed(OpenModel model, ModelFiles.FileEntry file) {}

    private static String key(OpenModel model, ModelFiles.FileEntry file) {
        return model.reference() + "\n" + file.name();
    }

    private static String hash(ModelFiles files, String name) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (ByteSource source = files.open(name)) {
            for (long at = 0; at < source.size(); at += CHUNK) {
                try (ByteSource.Region region = source.read(at, (int) Math.min(CHUNK, source.size() - at))) {
                    digest.update(region.bytes());
                }
            }
        } catch (ModelNotFoundException e) {
            throw new IllegalStateException(e); // it was open a moment ago
        }
        return Sha256.hex(digest);
    }

    private static Optional<String> told(OpenModel model, ModelFiles.FileEntry file)
            throws IOException, ModelNotFoundException {
        return file.sha256().isPresent() ? file.sha256() : model.files().announcedHash(file.name());
    }

    /** The hash, empty where none is known. */
    String of(OpenModel model, ModelFiles.FileEntry file) throws IOException, ModelNotFoundException {
        return told(model, file).orElseGet(() -> computed.getOrDefault(key(model, file), ""));
    }
}
