package org.lowrank.machine.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, which the JDK does not read; its own settings where none is set. */
public final class Proxies extends ProxySelector {
    private final Map<String, String> environment;
    private final List<String> direct;

    /** Those of the environment. */
    public Proxies(Map<String, String> environment) {
        this.environment = environment;
        this.direct =
                List.of(variable("no_proxy").orElse("").toLowerCase(Locale.ROOT).split("[,\\s]+"));
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name))
                .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
                .filter(value -> !value.isBlank());
    }

    private Optional<URI> proxyOf(URI uri) {
        Optional<String> told =
                variable(uri.getScheme().toLowerCase(Locale.ROOT) + "_proxy").or(() -> variable("all_proxy"));
        if (told.isEmpty() || isDirect(uri)) {
            return Optional.empty();
        }
        try {
            URI proxy = URI.create(told.get().contains("://") ? told.get() : "http://" + told.get());
            return Optional.of(proxy)
                    .filter(known ->
                            known.getHost() != null && known.getScheme().startsWith("http"));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private boolean isDirect(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        for (String entry : direct) {
            String name = entry.replaceFirst("^\\*?\\.", "");
            boolean named = host.equals(name) || host.endsWith("." + name) || name.equals(host + ":" + uri.getPort());
            if (entry.equals("*") || (!name.isEmpty() && named)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<Proxy> select(URI uri) {
        Optional<URI> proxy = proxyOf(uri);
        if (proxy.isPresent()) {
            int port = proxy.get().getPort() < 0 ? 80 : proxy.get().getPort();
            return List.of(
                    new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.get().getHost(), port)));
        }
        ProxySelector system = ProxySelector.getDefault();
        return system == null || isDirect(uri) ? List.of(Proxy.NO_PROXY) : system.select(uri);
    }

    /** Value of Proxy-Authorization, where the proxy's address holds a name and password. */
    public Optional<String> authorization(URI uri) {
        return proxyOf(uri).map(URI::getRawUserInfo).map(user -> {
            byte[] plain = URLDecoder.decode(user, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(plain);
        });
    }

    /** Whether any proxy wants a password. */
    boolean havePassword() {
        return authorization(URI.create("http://example.org")).isPresent()
                || authorization(URI.create("https://example.org")).isPresent();
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The client reports the failure.
    }
}
