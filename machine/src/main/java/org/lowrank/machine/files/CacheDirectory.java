package org.lowrank.machine.files;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where lowrank keeps what can be made again: unpacked models, unfinished downloads. */
public final class CacheDirectory {
    private CacheDirectory() {}

    /** {@code $LOWRANK_CACHE}, else {@code $XDG_CACHE_HOME/lowrank}, else {@code ~/.cache/lowrank}. */
    public static Path of(Map<String, String> environment) {
        String own = environment.get("LOWRANK_CACHE");
        if (isSet(own)) {
            return Path.of(own).toAbsolutePath();
        }
        String xdg = environment.get("XDG_CACHE_HOME");
        if (isSet(xdg)) {
            return Path.of(xdg, "lowrank").toAbsolutePath();
        }
        return HomeDirectory.of(environment).resolve(".cache").resolve("lowrank");
    }

    private static boolean isSet(@Nullable String value) {
        return value != null && !value.isBlank();
    }
}
