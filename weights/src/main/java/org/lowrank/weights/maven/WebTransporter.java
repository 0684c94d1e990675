package org.lowrank.weights.maven;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.repository.AuthenticationContext;
import org.eclipse.aether.repository.Proxy;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.spi.connector.transport.AbstractTransporter;
import org.eclipse.aether.spi.connector.transport.GetTask;
import org.eclipse.aether.spi.connector.transport.PeekTask;
import org.eclipse.aether.spi.connector.transport.PutTask;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.net.Pauses;
import org.lowrank.machine.net.Proxies;
import org.lowrank.machine.net.RefusedException;
import org.lowrank.machine.net.ResumingBody;
import org.lowrank.machine.net.Site;
import org.lowrank.machine.net.WebClient;
import org.lowrank.machine.net.WebSettings;

/**
 * A repository by HTTP through lowrank's own client, instead of the resolver's. The proxy of settings.xml goes before the
 * environment's; names and passwords are sent at once (Basic), to the repository's own address alone.
 */
final class WebTransporter extends AbstractTransporter {
    private final URI base;
    private final WebClient client;

    private WebTransporter(URI base, WebClient client) {
        this.base = base;
        this.client = client;
    }

    /** For one repository. */
    static WebTransporter of(
            RepositorySystemSession session, RemoteRepository repository, WebSettings settings, Pauses pauses)
            throws IOException {
        String url = repository.getUrl();
        URI base = URI.create(url.endsWith("/") ? url : url + "/");
        WebSettings told = proxy(session, repository).map(settings::withProxies).orElse(settings);
        return new WebTransporter(base, new WebClient(told, new Repository(base, login(session, repository)), pauses));
    }

    private static Optional<Proxies> proxy(RepositorySystemSession session, RemoteRepository repository) {
        Proxy proxy = repository.getProxy();
        if (proxy == null) {
            return Optional.empty();
        }
        try (AuthenticationContext context = AuthenticationContext.forProxy(session, repository)) {
            String login = userInfo(context)
                    .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8) + "@")
                    .orElse("");
            return Optional.of(
                    new Proxies(Map.of("all_proxy", "http://" + login + proxy.getHost() + ":" + proxy.getPort())));
        }
    }

    private static Map<String, String> login(RepositorySystemSession session, RemoteRepository repository) {
        try (AuthenticationContext context = AuthenticationContext.forRepository(session, repository)) {
            return userInfo(context)
                    .map(name -> Map.of(
                            "Authorization",
                            "Basic " + Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8))))
                    .orElse(Map.of());
        }
    }

    private static Optional<String> userInfo(@Nullable AuthenticationContext context) {
        String name = context == null ? null : context.get(AuthenticationContext.USERNAME);
        if (context == null || name == null) {
            return Optional.empty();
        }
        String password = context.get(AuthenticationContext.PASSWORD);
        return Optional.of(name + ":" + (password == null ? "" : password));
    }

    private record Repository(URI base, Map<String, String> headers) implements Site {
        @Override
        public String name() {
            return "the Maven repository";
        }

        @Override
        public boolean isOwn(URI uri) {
            return base.getScheme().equalsIgnoreCase(uri.getScheme())
                    && base.getHost().equalsIgnoreCase(uri.getHost())
                    && base.getPort() == uri.getPort();
        }
    }

    @Override
    protected void implGet(GetTask task) throws Exception {
        ResumingBody body = client.open(base.resolve(task.getLocation()));
        utilGet(task, body, true, body.length().orElse(-1), false);
    }

    @Override
    protected void implPeek(PeekTask task) throws Exception {
        client.open(base.resolve(task.getLocation())).close();
    }

    @Override
    protected void implPut(PutTask task) {
        throw new UnsupportedOperationException("models are not published");
    }

    @Override
    public int classify(Throwable error) {
        boolean absent =
                error instanceof RefusedException refused && (refused.status() == 404 || refused.status() == 410);
        return absent ? ERROR_NOT_FOUND : ERROR_OTHER;
    }

    @Override
    protected void implClose() {
        // Connections end with the client.
    }
}
