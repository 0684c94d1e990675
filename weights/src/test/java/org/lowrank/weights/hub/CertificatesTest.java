package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.SourceOptions;

/** A hub behind a company's own certificate authority: SSL_CERT_FILE. */
class CertificatesTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    private HttpsServer server;

    @BeforeEach
    void serveWithAnUnknownCertificate() throws Exception {
        Path store = folder.resolve("store.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "hub",
                "-keyalg",
                "EC",
                "-dname",
                "CN=hub",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD));
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "hub",
                "-file",
                pem().toString(),
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            boolean tree = exchange.getRequestURI().getPath().contains("/tree/");
            byte[] body = (tree ? "[]" : "{\"sha\":\"" + "a".repeat(40) + "\"}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void unknownAuthorityIsRefusedWithTheRemedy() {
        assertThatThrownBy(() -> open(Map.of()))
                .isInstanceOf(HubUnreachableException.class)
                .hasMessageEndingWith(
                        ": its certificate is not trusted; name the authorities you trust in SSL_CERT_FILE");
    }

    @Test
    void namedAuthorityIsTrusted() throws Exception {
        try (ModelFiles files = open(Map.of("SSL_CERT_FILE", pem().toString()))) {
            assertThat(files.provenance().revision()).isEqualTo("a".repeat(40));
        }
    }

    @Test
    void fileWithoutCertificatesIsNamed() throws Exception {
        Path wrong = Files.writeString(folder.resolve("wrong.pem"), "no certificate");
        assertThatThrownBy(() -> open(Map.of("SSL_CERT_FILE", wrong.toString())))
                .hasMessageStartingWith("cannot read SSL_CERT_FILE: " + wrong);
    }

    private Path pem() {
        return folder.resolve("authority.pem");
    }

    private ModelFiles open(Map<String, String> more) throws Exception {
        Map<String, String> environment = new java.util.HashMap<>(more);
        environment.put(
                "HF_ENDPOINT", "https://127.0.0.1:" + server.getAddress().getPort());
        environment.put("HF_HOME", folder.resolve("hf").toString());
        return HubFiles.open("org/name", SourceOptions.defaults().withEnvironment(environment));
    }

    private static void keytool(String... arguments) throws Exception {
        java.util.List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(java.util.List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
