package org.lowrank.inference.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.HubStatus;
import org.lowrank.weights.maven.PinnedJar;

/**
 * PyTorch's library (half a gigabyte on disk), which DJL loads when its engine starts: beside the program (a checkout, a -full
 * archive, a Maven dependency), named by the user (PYTORCH_LIBRARY_PATH), or fetched into lowrank's cache with the first use.
 */
public final class PyTorchLibrary {
    private static final String BESIDE = "native/lib/pytorch.properties";
    private static final String NAMED = "PYTORCH_LIBRARY_PATH";
    private static final String FLAVOUR = "PYTORCH_FLAVOR";

    private PyTorchLibrary() {}

    /** Where the engine finds the library when it starts. */
    public enum Place {
        /** On the class path. */
        PROGRAM,
        /** Where the user's environment says. */
        NAMED,
        /** In lowrank's cache. */
        CACHE,
        /** Nowhere yet: {@link #provide} fetches it. */
        NOWHERE
    }

    /** Where it is, and told to the engine if that is the cache. */
    public static Place find(Map<String, String> environment) {
        if (isSet(environment.get(NAMED)) || isSet(System.getProperty(NAMED))) {
            return Place.NAMED;
        }
        if (PyTorchLibrary.class.getClassLoader().getResource(BESIDE) != null) {
            return Place.PROGRAM;
        }
        Optional<Path> cached = jar(platform()).flatMap(jar -> jar.unpacked(environment));
        cached.ifPresent(PyTorchLibrary::use);
        return cached.isPresent() ? Place.CACHE : Place.NOWHERE;
    }

    /**
     * Sees to it that the engine finds the library; before the first use of the engine.
     *
     * @param said told before anything is fetched
     * @throws ModelNotFoundException if there is none for this platform, or it cannot be had
     */
    public static void provide(SourceOptions options, Consumer<String> said)
            throws IOException, ModelNotFoundException {
        if (find(options.environment()) == Place.NOWHERE) {
            PinnedJar jar = jar(platform())
                    .orElseThrow(() -> new ModelNotFoundException("no PyTorch library: " + platform()
                            + ": none is published for this platform; name one by " + NAMED));
            use(fetch(jar, options, said));
        }
    }

    /** Its directory in the cache. */
    static Path fetch(PinnedJar jar, SourceOptions options, Consumer<String> said)
            throws IOException, ModelNotFoundException {
        boolean offline = HubStatus.of(options).offlineBy().isPresent();
        if (!offline && jar.unpacked(options.environment()).isEmpty()) {
            said.accept("PyTorch's library is fetched once: " + jar);
        }
        return jar.unpack(options.withOffline(offline));
    }

    /** The jar of a platform as DJL names it; empty where DJL publishes none. */
    static Optional<PinnedJar> jar(String platform) {
        Properties jars = new Properties();
        try (InputStream file = PyTorchLibrary.class.getResourceAsStream("pytorch-native-cpu.properties")) {
            jars.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Optional.ofNullable(jars.getProperty(platform))
                .map(sha256 -> new PinnedJar(
                        "ai.djl.pytorch", "pytorch-native-cpu", jars.getProperty("version"), platform, sha256));
    }

    /** This machine's platform as DJL names it. */
    static String platform() {
        String system = System.getProperty("os.name", "");
        String processor = System.getProperty("os.arch", "");
        String name = system.startsWith("Linux") ? "linux" : system.startsWith("Mac") ? "osx" : "win";
        return name + "-" + (processor.equals("amd64") ? "x86_64" : processor);
    }

    /** DJL reads these properties when it loads its engine; its own part for the library is among the program's jars. */
    private static void use(Path directory) {
        System.setProperty(
                NAMED,
                directory.resolve("pytorch").resolve("cpu").resolve(platform()).toString());
        if (!isSet(System.getenv(FLAVOUR))) {
            System.setProperty(FLAVOUR, "cpu");
        }
    }

    private static boolean isSet(@Nullable String value) {
        return value != null && !value.isBlank();
    }
}
