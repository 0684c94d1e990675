package org.lowrank.weights.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.maven.model.Repository;
import org.apache.maven.model.building.DefaultModelProcessor;
import org.apache.maven.model.io.DefaultModelReader;
import org.apache.maven.model.locator.DefaultModelLocator;
import org.apache.maven.model.superpom.DefaultSuperPomProvider;
import org.apache.maven.settings.Mirror;
import org.apache.maven.settings.Profile;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.DefaultSettingsBuilderFactory;
import org.apache.maven.settings.building.DefaultSettingsBuildingRequest;
import org.apache.maven.settings.building.SettingsBuildingException;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.repository.RepositoryPolicy;
import org.eclipse.aether.util.repository.AuthenticationBuilder;
import org.eclipse.aether.util.repository.DefaultAuthenticationSelector;
import org.eclipse.aether.util.repository.DefaultMirrorSelector;
import org.eclipse.aether.util.repository.DefaultProxySelector;
import org.lowrank.machine.files.HomeDirectory;

/** What the user's own settings.xml says of repositories, mirrors, proxies and the local repository. */
final class MavenSettings {
    private final Settings settings;
    private final Path home;

    private MavenSettings(Settings settings, Path home) {
        this.settings = settings;
        this.home = home;
    }

    /** Reads the installation's and the user's settings; {@code $LOWRANK_MAVEN_SETTINGS} names another user file. */
    static MavenSettings read(Map<String, String> environment) throws IOException {
        DefaultSettingsBuildingRequest request = new DefaultSettingsBuildingRequest();
        String own = environment.get("LOWRANK_MAVEN_SETTINGS");
        Path user = own == null || own.isBlank() ? userHome(environment).resolve("settings.xml") : Path.of(own);
        request.setUserSettingsFile(user.toFile());
        for (String home : List.of("MAVEN_HOME", "M2_HOME")) {
            String installation = environment.get(home);
            if (installation != null && !installation.isBlank()) {
                request.setGlobalSettingsFile(
                        Path.of(installation, "conf", "settings.xml").toFile());
                break;
            }
        }
        Properties properties = new Properties();
        properties.putAll(System.getProperties());
        environment.forEach((name, value) -> properties.setProperty("env." + name, value));
        request.setSystemProperties(properties);
        try {
            Settings settings = new DefaultSettingsBuilderFactory()
                    .newInstance()
                    .build(request)
                    .getEffectiveSettings();
            return new MavenSettings(settings, userHome(environment));
        } catch (SettingsBuildingException e) {
            throw new IOException("cannot read Maven settings: " + user + ": " + e.getMessage() + "; mend the file", e);
        }
    }

    /** As Maven itself: what the JVM calls the user's home, unless it knows none. */
    private static Path userHome(Map<String, String> environment) {
        HomeDirectory.tellLibraries(environment);
        return Path.of(System.getProperty("user.home"), ".m2");
    }

    /** Where Maven keeps its artifacts. */
    File localRepository() {
        String told = System.getProperty("maven.repo.local", settings.getLocalRepository());
        return told == null || told.isBlank() ? home.resolve("repository").toFile() : new File(told);
    }

    boolean isOffline() {
        return settings.isOffline();
    }

    /** Mirrors, proxies and passwords (those in clear) as the session wants them. */
    void configure(DefaultRepositorySystemSession session) {
        DefaultMirrorSelector mirrors = new DefaultMirrorSelector();
        for (Mirror mirror : settings.getMirrors()) {
            mirrors.add(
                    mirror.getId(),
                    mirror.getUrl(),
                    mirror.getLayout(),
                    false,
                    mirror.isBlocked(),
                    mirror.getMirrorOf(),
                    mirror.getMirrorOfLayouts());
        }
        session.setMirrorSelector(mirrors);
        DefaultProxySelector proxies = new DefaultProxySelector();
        for (Proxy proxy : settings.getProxies()) {
            if (proxy.isActive()) {
                AuthenticationBuilder login = new AuthenticationBuilder();
                login.addUsername(proxy.getUsername()).addPassword(proxy.getPassword());
                proxies.add(
                        new org.eclipse.aether.repository.Proxy(
                                proxy.getProtocol(), proxy.getHost(), proxy.getPort(), login.build()),
                        proxy.getNonProxyHosts());
            }
        }
        session.setProxySelector(proxies);
        DefaultAuthenticationSelector logins = new DefaultAuthenticationSelector();
        for (Server server : settings.getServers()) {
            AuthenticationBuilder login = new AuthenticationBuilder();
            login.addUsername(server.getUsername()).addPassword(server.getPassword());
            logins.add(server.getId(), login.build());
        }
        session.setAuthenticationSelector(logins);
    }

    /** The repositories of the active profiles, then those every project inherits from Maven itself (the super POM). */
    List<RemoteRepository> repositories() {
        List<RemoteRepository> repositories = new ArrayList<>();
        for (Profile profile : settings.getProfiles()) {
            boolean always =
                    profile.getActivation() != null && profile.getActivation().isActiveByDefault();
            if (always || settings.getActiveProfiles().contains(profile.getId())) {
                profile.getRepositories()
                        .forEach(repository -> repositories.add(remote(repository.getId(), repository.getUrl())));
            }
        }
        DefaultModelProcessor models = new DefaultModelProcessor();
        models.setModelLocator(new DefaultModelLocator()).setModelReader(new DefaultModelReader());
        for (Repository repository : new DefaultSuperPomProvider()
                .setModelProcessor(models)
                .getSuperModel("4.0.0")
                .getRepositories()) {
            repositories.add(remote(repository.getId(), repository.getUrl()));
        }
        return repositories;
    }

    private static RemoteRepository remote(String id, String url) {
        RepositoryPolicy policy =
                new RepositoryPolicy(true, RepositoryPolicy.UPDATE_POLICY_DAILY, RepositoryPolicy.CHECKSUM_POLICY_FAIL);
        return new RemoteRepository.Builder(id, "default", url)
                .setPolicy(policy)
                .build();
    }

    /** Whether anything can be written where artifacts are kept. */
    boolean localRepositoryIsWritable() {
        Path path = localRepository().toPath();
        while (!Files.exists(path)) {
            Path parent = path.getParent();
            if (parent == null) {
                return false;
            }
            path = parent;
        }
        return Files.isWritable(path);
    }
}
