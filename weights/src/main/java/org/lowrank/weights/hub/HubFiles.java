package org.lowrank.weights.hub;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.lowrank.machine.net.Patience;
import org.lowrank.machine.net.Pauses;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/** Models on the Hugging Face Hub, in the cache that Python's {@code hf} uses too, or streamed. */
public final class HubFiles {
    private HubFiles() {}

    /**
     * Finds a model: online at the revision's present commit; offline, or where the Hub gives no answer, in the cache.
     *
     * @param reference {@code org/name} or {@code name}, with optional {@code @revision}
     * @throws HubUnreachableException if there is neither an answer nor a cached snapshot
     * @throws ModelNotFoundException if the Hub has no such model or refuses it
     */
    public static ModelFiles open(String reference, SourceOptions options) throws IOException, ModelNotFoundException {
        return open(reference, options, Pauses.telling(options.progress()));
    }

    /** Whether no network is allowed, by option or environment. */
    public static boolean isOffline(SourceOptions options) throws IOException, ModelNotFoundException {
        return HubSettings.of(options).offlineBy().isPresent();
    }

    /** The access token that options, environment or 'hf auth login' give, to hand it to other machines; a secret. */
    public static Optional<String> token(SourceOptions options) throws IOException, ModelNotFoundException {
        return HubSettings.of(options).token().map(HubSettings.AccessToken::secret);
    }

    static ModelFiles open(String reference, SourceOptions options, Pauses pauses)
            throws IOException, ModelNotFoundException {
        RepoName repo = RepoName.parse(reference, options.revision());
        HubSettings settings = HubSettings.of(options);
        HubCache cache = new HubCache(settings.cache(), repo);
        VerifiedFiles verified = new VerifiedFiles(settings.own().resolve("hub-verified"), options.progress());
        if (settings.offlineBy().isPresent()) {
            String reason = "no network is allowed (" + settings.offlineBy().get() + ")";
            return OfflineHubFiles.of(verified, cache, repo, reason, List.of())
                    .orElseThrow(() -> notCached(repo, settings, reason));
        }
        HubClient client = new HubClient(settings, pauses);
        boolean cached =
                OfflineHubFiles.of(verified, cache, repo, "", List.of()).isPresent();
        HubSnapshot snapshot;
        try {
            snapshot = HubSnapshot.of(new HubApi(client, repo), cached ? Patience.ONCE : Patience.IF_CONNECTED);
        } catch (HubUnreachableException e) {
            List<String> notes = List.of(e.reason() + "; the cached snapshot was used");
            Optional<OfflineHubFiles> fallback = OfflineHubFiles.of(verified, cache, repo, e.reason(), notes);
            if (fallback.isPresent()) {
                return fallback.get();
            }
            throw e;
        }
        return switch (options.downloadMode()) {
            case STREAM -> new StreamedHubFiles(snapshot, cache, options.progress(), Optional.empty());
            case SPOOL ->
                new StreamedHubFiles(
                        snapshot,
                        cache,
                        options.progress(),
                        Optional.of(settings.own().resolve("passing")));
            case CACHE -> new CachedHubFiles(snapshot, cache, options.progress());
        };
    }

    /**
     * Branches and tags of a repository; offline those that the cache knows.
     *
     * @param repository {@code org/name} or {@code name}
     * @return in the order of their names
     * @throws ModelNotFoundException if the Hub has no such model or refuses it
     */
    public static List<HubRevision> revisions(String repository, SourceOptions options)
            throws IOException, ModelNotFoundException {
        RepoName repo = RepoName.parse(repository, Optional.empty());
        HubSettings settings = HubSettings.of(options);
        if (settings.offlineBy().isPresent()) {
            return new HubCache(settings.cache(), repo).revisions();
        }
        return new HubApi(new HubClient(settings, Pauses.telling(options.progress())), repo).revisions();
    }

    private static HubUnreachableException notCached(RepoName repo, HubSettings settings, String reason) {
        return new HubUnreachableException(
                "not cached: " + repo.id() + ": " + reason + " and the weights of revision " + repo.revision()
                        + " are not in " + settings.cache() + "; run once with network, or name a local path",
                reason,
                null);
    }
}
