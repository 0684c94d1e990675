package org.lowrank.inference.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.maven.PinnedJar;

/** A Maven repository on this machine's loopback, named as the mirror of everything; the library in it is a few bytes. */
class PyTorchLibraryTest {
    private static final byte[] LIBRARY = "a library".getBytes(StandardCharsets.UTF_8);
    private static final String ADDRESS =
            "/ai/djl/pytorch/pytorch-native-cpu/9.9.9/pytorch-native-cpu-9.9.9-linux-x86_64.jar";

    @TempDir
    Path folder;

    private final byte[] jar = jarOf("pytorch/cpu/linux-x86_64/libtorch.so", LIBRARY);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> said = new ArrayList<>();
    private volatile byte[] served = jar;
    private volatile int sent = Integer.MAX_VALUE;
    private HttpServer repository;

    @BeforeEach
    void open() throws IOException {
        repository = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        repository.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            byte[] answer = path.equals(ADDRESS)
                    ? served
                    : path.equals(ADDRESS + ".sha1") ? hex("SHA-1", served).getBytes(StandardCharsets.US_ASCII) : null;
            if (answer == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer, 0, Math.min(sent, answer.length));
            }
            exchange.close();
        });
        repository.start();
        Files.writeString(
                folder.resolve("settings.xml"),
                "<settings><localRepository>" + folder.resolve("m2")
                        + "</localRepository><mirrors><mirror><id>here</id><mirrorOf>*</mirrorOf><url>http://127.0.0.1:"
                        + repository.getAddress().getPort() + "</url></mirror></mirrors></settings>");
    }

    @AfterEach
    void close() {
        repository.stop(0);
    }

    @Test
    void libraryIsFetchedOnceAndOnlyItsFilesAreKept() throws Exception {
        Path directory = PyTorchLibrary.fetch(known(jar), options(), said::add);
        assertThat(directory.resolve("pytorch/cpu/linux-x86_64/libtorch.so")).hasBinaryContent(LIBRARY);
        assertThat(said)
                .containsExactly("PyTorch's library is fetched once: "
                        + "ai.djl.pytorch:pytorch-native-cpu:jar:linux-x86_64:9.9.9");
        assertThat(filesBelow(folder)).containsExactlyInAnyOrder("libtorch.so", "settings.xml");

        asked.clear();
        assertThat(PyTorchLibrary.fetch(known(jar), options(), said::add)).isEqualTo(directory);
        assertThat(PyTorchLibrary.fetch(known(jar), options().withOffline(true), said::add))
                .isEqualTo(directory);
        assertThat(asked).isEmpty();
        assertThat(said).hasSize(1);
    }

    @Test
    void jarOfTheLocalMavenRepositoryIsUsedWithoutNetwork() throws Exception {
        Path local = folder.resolve("m2" + ADDRESS);
        Files.createDirectories(local.getParent());
        Files.write(local, jar);
        Path directory = PyTorchLibrary.fetch(known(jar), options().withOffline(true), said::add);
        assertThat(directory.resolve("pytorch/cpu/linux-x86_64/libtorch.so")).hasBinaryContent(LIBRARY);
        assertThat(local).hasBinaryContent(jar);
        assertThat(asked).isEmpty();
    }

    @Test
    void anotherJarIsRefusedThoughTheRepositoryVouchesForIt() throws Exception {
        served = jarOf("pytorch/cpu/linux-x86_64/libtorch.so", "another library".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> PyTorchLibrary.fetch(known(jar), options(), said::add))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "not the known jar: ai.djl.pytorch:pytorch-native-cpu:jar:linux-x86_64:9.9.9: its SHA-256 is "
                                + hex("SHA-256", served) + ", not " + hex("SHA-256", jar)
                                + "; it is not used: look where the Maven settings' repositories lead");
        assertThat(filesBelow(folder)).containsExactly("settings.xml");
    }

    @Test
    void brokenTransferLeavesNothingAndTheNextRunSucceeds() throws Exception {
        sent = jar.length / 2;
        assertThatThrownBy(() -> PyTorchLibrary.fetch(known(jar), options(), said::add))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("cannot download: ai.djl.pytorch:pytorch-native-cpu:jar:linux-x86_64:9.9.9: ");
        assertThat(filesBelow(folder)).containsExactly("settings.xml");
        sent = Integer.MAX_VALUE;
        assertThat(PyTorchLibrary.fetch(known(jar), options(), said::add)).isNotEmptyDirectory();
    }

    @Test
    void withoutNetworkItIsSaidInOneLineAndNothingIsAsked() {
        for (SourceOptions offline :
                List.of(options().withOffline(true), options().withEnvironment(withVariable("HF_HUB_OFFLINE", "1")))) {
            assertThatThrownBy(() -> PyTorchLibrary.fetch(known(jar), offline, said::add))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageMatching(
                            "not cached: ai.djl.pytorch:pytorch-native-cpu:jar:linux-x86_64:9.9.9: no network is "
                                    + "allowed and the jar is not in .*m2; run once without --offline");
        }
        assertThat(asked).isEmpty();
        assertThat(said).isEmpty();
    }

    @Test
    void jarThatNoRepositoryHasIsNotFound() {
        PinnedJar other = new PinnedJar("ai.djl.pytorch", "pytorch-native-cpu", "0", "linux-x86_64", "0".repeat(64));
        assertThatThrownBy(() -> PyTorchLibrary.fetch(other, options(), said::add))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("jar not found: ai.djl.pytorch:pytorch-native-cpu:jar:linux-x86_64:0");
    }

    /** The jar among our own dependencies, which Maven has checked, on this machine's platform. */
    @Test
    void knownJarIsTheOneOfTheBuild() throws Exception {
        URL beside = getClass().getClassLoader().getResource("native/lib/pytorch.properties");
        assertThat(beside).isNotNull();
        Path own = Path.of(
                ((JarURLConnection) beside.openConnection()).getJarFileURL().toURI());
        PinnedJar known = PyTorchLibrary.jar(PyTorchLibrary.platform()).orElseThrow();
        assertThat(own.getFileName())
                .hasToString(known.artifact() + "-" + known.version() + "-" + known.classifier() + ".jar");
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (DigestInputStream content = new DigestInputStream(Files.newInputStream(own), digest)) {
            content.transferTo(java.io.OutputStream.nullOutputStream());
        }
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(known.sha256());
    }

    @Test
    void versionIsTheOneTheEngineDrives() throws Exception {
        Properties engine = new Properties();
        engine.load(getClass().getClassLoader().getResourceAsStream("pytorch-engine.properties"));
        for (String platform : List.of("linux-x86_64", "linux-aarch64", "osx-aarch64", "win-x86_64")) {
            assertThat(PyTorchLibrary.jar(platform).orElseThrow().version())
                    .isEqualTo(engine.getProperty("pytorch_version"));
        }
        assertThat(PyTorchLibrary.jar("osx-x86_64")).isEqualTo(Optional.empty());
    }

    @Test
    void libraryBesideTheProgramOrNamedByTheUserComesFirst() {
        assertThat(PyTorchLibrary.find(Map.of())).isEqualTo(PyTorchLibrary.Place.PROGRAM);
        assertThat(PyTorchLibrary.find(Map.of("PYTORCH_LIBRARY_PATH", "/opt/torch")))
                .isEqualTo(PyTorchLibrary.Place.NAMED);
    }

    private PinnedJar known(byte[] content) {
        return new PinnedJar("ai.djl.pytorch", "pytorch-native-cpu", "9.9.9", "linux-x86_64", hex("SHA-256", content));
    }

    private SourceOptions options() {
        return SourceOptions.defaults().withEnvironment(withVariable("LANG", "C"));
    }

    private Map<String, String> withVariable(String name, String value) {
        return Map.of(
                "LOWRANK_MAVEN_SETTINGS",
                folder.resolve("settings.xml").toString(),
                "LOWRANK_CACHE",
                folder.resolve("cache").toString(),
                name,
                value);
    }

    private static byte[] jarOf(String name, byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    private static String hex(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> filesBelow(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }
}
