package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/** Models of the Hub that lie in its cache on this machine, complete or not. */
public final class CachedModels {
    /** Folders looked at: a cache of more is no help to somebody who types. */
    private static final int MOST = 10_000;

    private CachedModels() {}

    /** Their names in alphabetical order; none where there is no cache or it cannot be read. */
    public static List<String> names(SourceOptions options) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> folders =
                Files.newDirectoryStream(HubSettings.of(options).cache(), "models--*")) {
            for (Path folder : folders) {
                String name = folder.getFileName().toString().substring("models--".length());
                if (names.size() < MOST && name.matches("[A-Za-z0-9._-]+")) {
                    names.add(name.replace("--", "/"));
                }
            }
        } catch (IOException | DirectoryIteratorException | ModelNotFoundException noCache) {
            return List.of();
        }
        Collections.sort(names);
        return List.copyOf(names);
    }
}
