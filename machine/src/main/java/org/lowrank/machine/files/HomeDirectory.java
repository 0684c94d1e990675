package org.lowrank.machine.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The user's home: {@code $HOME}, else what the JVM says, which for a user without an entry in passwd is {@code ?}. */
public final class HomeDirectory {
    private HomeDirectory() {}

    /** Absolute. Where there is none, a new directory that nobody else can have prepared, for this process alone. */
    public static Path of(Map<String, String> environment) {
        String home = environment.get("HOME");
        if (home != null && !home.isBlank()) {
            return Path.of(home).toAbsolutePath();
        }
        String told = System.getProperty("user.home", "");
        return isUnknown(told) ? Made.DIRECTORY : Path.of(told).toAbsolutePath();
    }

    /** Lets libraries that ask the JVM find the same home, where the JVM knows none. */
    public static void tellLibraries(Map<String, String> environment) {
        if (isUnknown(System.getProperty("user.home", ""))) {
            System.setProperty("user.home", of(environment).toString());
        }
    }

    private static boolean isUnknown(String home) {
        return home.isBlank() || home.equals("?");
    }

    private static final class Made {
        static final Path DIRECTORY = make();

        private static Path make() {
            try {
                return Files.createTempDirectory("lowrank-home");
            } catch (IOException e) {
                throw new UncheckedIOException("no home directory: set HOME", e);
            }
        }
    }
}
