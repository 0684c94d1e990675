package org.lowrank.machine.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proxies that the environment names. */
class ProxiesTest {
    @ParameterizedTest
    @CsvSource({
        "HTTPS_PROXY=http://proxy:3128, proxy",
        "https_proxy=proxy:3128, proxy",
        "ALL_PROXY=http://proxy:3128, proxy",
        "HTTPS_PROXY=http://proxy:3128 NO_PROXY=example.org, ",
        "HTTPS_PROXY=http://proxy:3128 NO_PROXY=.example.org, ",
        "HTTPS_PROXY=http://proxy:3128 NO_PROXY=*, ",
        "HTTPS_PROXY=http://proxy:3128 NO_PROXY=ple.org, proxy",
        "HTTP_PROXY=http://proxy:3128, "
    })
    void proxyIsTheOneForTheScheme(String variables, String host) {
        List<Proxy> proxies = new Proxies(parsed(variables)).select(URI.create("https://hub.example.org/x"));
        assertThat(proxies).hasSize(1);
        assertThat(proxies.get(0).address() instanceof InetSocketAddress address ? address.getHostString() : null)
                .isEqualTo(host);
    }

    @Test
    void proxyPasswordIsDecoded() {
        Proxies proxies = new Proxies(Map.of("HTTPS_PROXY", "http://ada:p%40ss@proxy:3128"));
        // printf 'ada:p@ss' | base64
        assertThat(proxies.authorization(URI.create("https://hub.example.org"))).contains("Basic YWRhOnBAc3M=");
    }

    private static Map<String, String> parsed(String variables) {
        Map<String, String> environment = new java.util.HashMap<>();
        for (String variable : variables.split(" ")) {
            environment.put(variable.replaceFirst("=.*", ""), variable.replaceFirst("[^=]*=", ""));
        }
        return environment;
    }
}
