package org.lowrank.weights.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.lowrank.machine.files.CacheDirectory;
import org.lowrank.machine.files.HomeDirectory;
import org.lowrank.machine.files.PathVariable;
import org.lowrank.machine.net.NetworkSettingException;
import org.lowrank.machine.net.WebSettings;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/**
 * What the environment says of the Hub, by the rules of Python's huggingface_hub.
 *
 * @param endpoint scheme, host and path, without '/' at the end
 * @param cache the standard cache, shared with Python
 * @param own lowrank's own cache directory, for notes
 * @param token sent to the endpoint only
 * @param offlineBy what forbids the network; empty where it is allowed
 * @param metadataTimeout how long to wait for an answer without content
 * @param symlinks whether a snapshot's files are links to blobs
 * @param web what holds for every site
 */
record HubSettings(
        URI endpoint,
        Path cache,
        Path own,
        Optional<AccessToken> token,
        Optional<String> offlineBy,
        Duration metadataTimeout,
        boolean symlinks,
        WebSettings web) {
    static final String DEFAULT_ENDPOINT = "https://huggingface.co";

    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final int DEFAULT_TIMEOUT_SECONDS = 10;

    /**
     * A secret, told apart by where it came from.
     *
     * @param secret what is sent
     * @param origin where it came from, for messages
     */
    record AccessToken(String secret, String origin) {
        /** Never the secret. */
        @Override
        public String toString() {
            return origin;
        }
    }

    /** Reads the environment of the options; a token given by hand, and offline asked for by hand, win. */
    static HubSettings of(SourceOptions options) throws IOException, ModelNotFoundException {
        Map<String, String> environment = options.environment();
        Path home = PathVariable.of(environment, "HF_HOME")
                .orElseGet(() -> cacheHome(environment).resolve("huggingface"));
        Optional<Path> cache = PathVariable.of(environment, "HF_HUB_CACHE")
                .or(() -> PathVariable.of(environment, "HUGGINGFACE_HUB_CACHE"));
        return new HubSettings(
                endpoint(environment),
                cache.orElse(home.resolve("hub")).toAbsolutePath().normalize(),
                CacheDirectory.of(environment),
                token(options, home),
                offlineBy(options),
                seconds(environment, "HF_HUB_ETAG_TIMEOUT"),
                !isTrue(environment, "HF_HUB_DISABLE_SYMLINKS"),
                web(environment));
    }

    private static Optional<String> text(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    private static boolean isTrue(Map<String, String> environment, String name) {
        return TRUE.contains(environment.getOrDefault(name, "").toUpperCase(Locale.ROOT));
    }

    private static Path cacheHome(Map<String, String> environment) {
        return PathVariable.of(environment, "XDG_CACHE_HOME")
                .orElseGet(() -> userHome(environment).resolve(".cache"));
    }

    private static Path userHome(Map<String, String> environment) {
        return HomeDirectory.of(environment);
    }

    private static URI endpoint(Map<String, String> environment) throws ModelNotFoundException {
        String told = text(environment, "HF_ENDPOINT").orElse(DEFAULT_ENDPOINT).strip();
        try {
            URI uri = URI.create(told.replaceFirst("/+$", ""));
            boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
            if (web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawQuery() == null) {
                return uri;
            }
        } catch (IllegalArgumentException malformed) {
            // Told below, without the text: it may hold a password.
        }
        throw new ModelNotFoundException("bad HF_ENDPOINT: environment: it is not a plain address; write"
                + " https://host or https://host/path, without user and password, or unset it");
    }

    private static Duration seconds(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "").strip();
        boolean whole = value.matches("[0-9]{1,6}") && Integer.parseInt(value) > 0;
        return Duration.ofSeconds(whole ? Integer.parseInt(value) : DEFAULT_TIMEOUT_SECONDS);
    }

    private static WebSettings web(Map<String, String> environment) throws ModelNotFoundException {
        try {
            WebSettings web =
                    WebSettings.of(environment).withBodyTimeout(seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT"));
            return text(environment, "HF_HUB_USER_AGENT_ORIGIN")
                    .map(origin -> web.userAgent() + "; origin/" + origin.replaceAll("[^\\x20-\\x7e]", "?"))
                    .map(web::withUserAgent)
                    .orElse(web);
        } catch (NetworkSettingException e) {
            throw new ModelNotFoundException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<String> offlineBy(SourceOptions options) {
        if (options.offline()) {
            return Optional.of("--offline");
        }
        for (String name : new String[] {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
            if (isTrue(options.environment(), name)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    private static Optional<AccessToken> token(SourceOptions options, Path home)
            throws IOException, ModelNotFoundException {
        Optional<AccessToken> explicit = clean(options.token().orElse(""), "--token");
        Map<String, String> environment = options.environment();
        if (explicit.isPresent() || isTrue(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return explicit;
        }
        for (String name : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
            Optional<AccessToken> token = clean(environment.getOrDefault(name, ""), name);
            if (token.isPresent()) {
                return token;
            }
        }
        Path file = PathVariable.of(environment, "HF_TOKEN_PATH").orElse(home.resolve("token"));
        return Files.isReadable(file) && Files.isRegularFile(file)
                ? clean(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString())
                : Optional.empty();
    }

    /** A character no header may hold would otherwise end, with the token, in the HTTP client's own message. */
    private static Optional<AccessToken> clean(String text, String origin) throws ModelNotFoundException {
        String secret = text.strip();
        if (!secret.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new ModelNotFoundException("bad token: " + origin
                    + ": it holds characters that no token has; log in again with 'hf auth login', or correct it");
        }
        return secret.isEmpty() ? Optional.empty() : Optional.of(new AccessToken(secret, origin));
    }

    /** Host and, where it is not the scheme's own, port. */
    String host() {
        return endpoint.getRawAuthority();
    }

    /** Whether an address is the endpoint's own: only there the token goes. */
    boolean isEndpoint(URI uri) {
        return endpoint.getScheme().equalsIgnoreCase(uri.getScheme())
                && endpoint.getHost().equalsIgnoreCase(uri.getHost())
                && port(endpoint) == port(uri);
    }

    private static int port(URI uri) {
        int standard = "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
        return uri.getPort() < 0 ? standard : uri.getPort();
    }
}
