package org.lowrank.trainer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A download from a server on this machine. */
class FashionMnistDownloadTest {
    /** printf data | sha256sum */
    private static final String SHA_256 = "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7";

    @TempDir
    Path directory;

    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger pauses = new AtomicInteger();
    private final List<String> progress = new ArrayList<>();
    private int outages;
    private HttpServer server;
    private byte[] content = new byte[0];

    @BeforeEach
    void start() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write("data".getBytes(StandardCharsets.US_ASCII));
        }
        content = bytes.toByteArray();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/data/x.gz", exchange -> {
            if (requests.incrementAndGet() <= outages) {
                exchange.sendResponseHeaders(503, -1);
                exchange.close();
                return;
            }
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private FashionMnistDownload download(String file) {
        URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/data/");
        return new FashionMnistDownload(
                base,
                Map.of(file, SHA_256),
                Map.of(),
                (name, done, total) -> progress.add(name + " " + done + "/" + total),
                pause -> pauses.incrementAndGet());
    }

    @Test
    void filesAreFetchedOnceAndKept() throws Exception {
        download("x.gz").into(directory);
        download("x.gz").into(directory);
        assertThat(Files.readAllBytes(directory.resolve("x.gz"))).isEqualTo(content);
        assertThat(requests).hasValue(1);
    }

    @Test
    void otherContentIsRefusedAndNotKept() {
        content = "<html>".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> download("x.gz").into(directory))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("no gzip file, not " + SHA_256);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> download("y.gz").into(directory))
                .isInstanceOf(MissingDataException.class)
                .hasMessageEndingWith("/data/y.gz: status 404; install Debian's dataset-fashion-mnist or name the "
                        + "directory of its IDX files with --data-dir");
    }

    @Test
    void anOutageThatPassesIsWaitedFor() throws Exception {
        outages = 2;
        download("x.gz").into(directory);
        assertThat(Files.readAllBytes(directory.resolve("x.gz"))).isEqualTo(content);
        assertThat(pauses).hasValue(2);
        assertThat(progress).last().isEqualTo("x.gz " + content.length + "/" + content.length);
    }
}
