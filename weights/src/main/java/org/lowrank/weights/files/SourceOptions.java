package org.lowrank.weights.files;

import java.util.Map;
import java.util.Optional;
import org.lowrank.machine.net.TransferProgress;

/**
 * How a model is looked for and fetched.
 *
 * @param revision branch, tag, refs/pr/N or commit on the Hub
 * @param token the access token given by hand; the environment's otherwise
 * @param offline no network
 * @param downloadMode whether files are kept
 * @param environment the environment variables that count
 * @param progress told how far downloads are
 */
public record SourceOptions(
        Optional<String> revision,
        Optional<String> token,
        boolean offline,
        DownloadMode downloadMode,
        Map<String, String> environment,
        TransferProgress progress) {
    /** Whether files are kept. */
    public enum DownloadMode {
        /** Whole files, kept in the standard cache and verified. */
        CACHE,
        /** Only the wanted ranges, nothing on disk. */
        STREAM,
        /** Only the wanted ranges, each fetched once and held on disk until the model is closed. */
        SPOOL
    }

    /** The process's environment, the cache, no progress. */
    public static SourceOptions defaults() {
        return new SourceOptions(
                Optional.empty(), Optional.empty(), false, DownloadMode.CACHE, System.getenv(), TransferProgress.NONE);
    }

    /** The same with this environment. */
    public SourceOptions withEnvironment(Map<String, String> variables) {
        return new SourceOptions(revision, token, offline, downloadMode, Map.copyOf(variables), progress);
    }

    /** The same with another mode. */
    public SourceOptions withDownloadMode(DownloadMode mode) {
        return new SourceOptions(revision, token, offline, mode, environment, progress);
    }

    /** The same with or without network. */
    public SourceOptions withOffline(boolean on) {
        return new SourceOptions(revision, token, on, downloadMode, environment, progress);
    }

    /** The same with this revision. */
    public SourceOptions withRevision(String name) {
        return new SourceOptions(Optional.of(name), token, offline, downloadMode, environment, progress);
    }

    /** The same for another model, which a revision told by hand does not belong to. */
    public SourceOptions withoutRevision() {
        return new SourceOptions(Optional.empty(), token, offline, downloadMode, environment, progress);
    }

    /** The same with this token. */
    public SourceOptions withToken(String secret) {
        return new SourceOptions(revision, Optional.of(secret), offline, downloadMode, environment, progress);
    }

    /** The same with this listener. */
    public SourceOptions withProgress(TransferProgress listener) {
        return new SourceOptions(revision, token, offline, downloadMode, environment, listener);
    }

    /** Without the token and the environment, which may hold secrets. */
    @Override
    public String toString() {
        return "SourceOptions[revision=" + revision.orElse("") + ", token=" + (token.isPresent() ? "***" : "")
                + ", offline=" + offline + ", downloadMode=" + downloadMode + "]";
    }
}
