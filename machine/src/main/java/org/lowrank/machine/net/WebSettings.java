package org.lowrank.machine.net;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.lowrank.machine.files.PathVariable;
import org.lowrank.machine.program.Program;

/**
 * What the environment says of the network.
 *
 * @param userAgent what servers are told of the program
 * @param bodyTimeout how long to wait for the next bytes of an answer
 * @param limit of all waiting for the network together, where one is set
 * @param proxies which proxy serves which address
 * @param certificates trusted authorities in PEM; the JDK's otherwise
 */
public record WebSettings(
        String userAgent,
        Duration bodyTimeout,
        Optional<Duration> limit,
        Proxies proxies,
        Optional<Path> certificates) {
    /** How long to wait for bytes where nothing else is said. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * Reads {@code HTTP_PROXY}, {@code HTTPS_PROXY}, {@code ALL_PROXY}, {@code NO_PROXY}, {@code SSL_CERT_FILE} and
     * {@code LOWRANK_NETWORK_LIMIT} (seconds after which no more is waited for, downloads included).
     *
     * @throws NetworkSettingException if the limit is no number
     */
    public static WebSettings of(Map<String, String> environment) throws NetworkSettingException {
        String agent = Program.NAME + "/" + Program.version() + "; java/" + Program.java();
        return new WebSettings(
                agent,
                PATIENCE,
                limit(environment),
                new Proxies(environment),
                PathVariable.of(environment, "SSL_CERT_FILE"));
    }

    private static Optional<Duration> limit(Map<String, String> environment) throws NetworkSettingException {
        String told = environment.getOrDefault("LOWRANK_NETWORK_LIMIT", "").strip();
        if (told.isEmpty()) {
            return Optional.empty();
        }
        if (!told.matches("[1-9][0-9]{0,6}")) {
            throw new NetworkSettingException("bad LOWRANK_NETWORK_LIMIT: environment: it is no whole number of"
                    + " seconds; write for instance 600, or unset it");
        }
        return Optional.of(Duration.ofSeconds(Integer.parseInt(told)));
    }

    /** The same with another name of the program. */
    public WebSettings withUserAgent(String agent) {
        return new WebSettings(agent, bodyTimeout, limit, proxies, certificates);
    }

    /** The same with another patience for bytes. */
    public WebSettings withBodyTimeout(Duration timeout) {
        return new WebSettings(userAgent, timeout, limit, proxies, certificates);
    }

    /** The same with these proxies. */
    public WebSettings withProxies(Proxies others) {
        return new WebSettings(userAgent, bodyTimeout, limit, others, certificates);
    }
}
