package org.lowrank.weights.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.reference.ModelSource;

/** A Maven repository behind HTTP on this machine, which is the mirror of everything. */
@Timeout(60)
class MavenWebTest {
    private static final String REFERENCE = "maven:org.example:model:1.0";
    private static final String JAR = "/repository/org/example/model/1.0/model-1.0.jar";

    @TempDir
    Path folder;

    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger outages = new AtomicInteger();
    private final Map<String, byte[]> content = new HashMap<>();
    private HttpServer server;
    private int refusal = 404;
    private boolean broken;

    @BeforeEach
    void serve() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("model.onnx"));
            zip.write("weights".getBytes(StandardCharsets.US_ASCII));
        }
        byte[] jar = bytes.toByteArray();
        String sha1 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(jar));
        content.put(JAR, jar);
        content.put(JAR + ".sha1", sha1.getBytes(StandardCharsets.US_ASCII));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            requests.add(path + " " + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + exchange.getRequestHeaders().getFirst("Proxy-Authorization"));
            byte[] found = content.get(path);
            try (exchange) {
                if (outages.getAndDecrement() > 0) {
                    exchange.getResponseHeaders().set("Retry-After", "0");
                    exchange.sendResponseHeaders(503, -1);
                } else if (found == null) {
                    exchange.sendResponseHeaders(refusal, -1);
                } else {
                    exchange.sendResponseHeaders(200, found.length);
                    exchange.getResponseBody().write(found, 0, broken ? 10 : found.length);
                    broken = false;
                }
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String open(String more) throws IOException, ModelNotFoundException {
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        Path settings = Files.writeString(
                folder.resolve("settings.xml"),
                "<settings><localRepository>" + folder.resolve("local")
                        + "</localRepository><mirrors><mirror><id>test</id>"
                        + "<mirrorOf>*</mirrorOf><url>" + url + "/repository</url></mirror></mirrors>" + more
                        + "</settings>");
        SourceOptions options = SourceOptions.defaults()
                .withEnvironment(Map.of(
                        "LOWRANK_MAVEN_SETTINGS",
                        settings.toString(),
                        "LOWRANK_CACHE",
                        folder.resolve("cache").toString()));
        try (ModelFiles files = ModelSource.resolve(REFERENCE, options)) {
            return files.list().get(0).name();
        }
    }

    @Test
    void aJarComesByHttp() throws Exception {
        assertThat(open("")).isEqualTo("model.onnx");
        assertThat(requests).contains(JAR + " null null");
    }

    @Test
    void anOutageThatPassesIsWaitedFor() throws Exception {
        outages.set(3);
        assertThat(open("")).isEqualTo("model.onnx");
    }

    @Test
    void aBrokenConnectionIsGoneOnWith() throws Exception {
        broken = true;
        assertThat(open("")).isEqualTo("model.onnx");
        assertThat(requests).filteredOn(line -> line.startsWith(JAR + " ")).hasSize(2);
    }

    @Test
    void nameAndPasswordOfTheServerAreSent() throws Exception {
        // printf 'ada:p@ss' | base64
        assertThat(
                        open(
                                "<servers><server><id>test</id><username>ada</username><password>p@ss</password></server></servers>"))
                .isEqualTo("model.onnx");
        assertThat(requests).contains(JAR + " Basic YWRhOnBAc3M= null");
    }

    @Test
    void theProxyOfTheSettingsIsAsked() throws Exception {
        String proxy = "<proxies><proxy><active>true</active><protocol>http</protocol><host>127.0.0.1</host><port>"
                + server.getAddress().getPort()
                + "</port><username>ada</username><password>p@ss</password></proxy></proxies>";
        assertThat(open(proxy)).isEqualTo("model.onnx");
        assertThat(requests).contains(JAR + " null Basic YWRhOnBAc3M=");
    }

    @Test
    void whatTheRepositoryLacksIsNotFound() {
        content.clear();
        assertThatThrownBy(() -> open(""))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage(
                        "model not found: " + REFERENCE + ": no Maven repository in use has it; check the spelling");
        assertThat(requests).filteredOn(line -> line.startsWith(JAR + " ")).hasSize(1);
    }

    @Test
    void aRefusalIsNamed() {
        content.clear();
        refusal = 403;
        assertThatThrownBy(() -> open(""))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith(
                        "cannot download: " + REFERENCE + ": the repository answered with status 403; ");
    }
}
