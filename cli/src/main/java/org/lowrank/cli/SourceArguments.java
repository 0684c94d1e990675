package org.lowrank.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where models come from. */
final class SourceArguments {
    /** Whether files are kept. */
    enum Download {
        cache,
        stream
    }

    @Option(
            names = "--download",
            paramLabel = "cache|stream",
            defaultValue = "cache",
            description = "cache: keep the files in the standard Hugging Face cache (default). stream: read only the "
                    + "wanted tensors by HTTP range and keep nothing on disk.")
    Download download = Download.cache;

    @Option(names = "--offline", description = "No network: only paths and what is cached (also HF_HUB_OFFLINE=1).")
    boolean offline;

    @Option(
            names = "--file",
            paramLabel = "PATH",
            description = "A file or folder inside the model (also written MODEL/PATH): a .gguf file, text_encoder.")
    @Nullable
    String file;

    @Option(names = "--revision", paramLabel = "REV", description = "Branch, tag, refs/pr/N or commit on the Hub.")
    @Nullable
    String revision;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "Access token for gated and private models (better: HF_TOKEN, or 'hf auth login').")
    @Nullable
    String token;
}
