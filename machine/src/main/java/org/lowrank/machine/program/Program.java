package org.lowrank.machine.program;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** This program, as results name it. */
public final class Program {
    private Program() {}

    /** Its name. */
    public static final String NAME = "lowrank";

    /** The version in the jar's manifest; {@code development} where classes are not in a jar. */
    public static String version() {
        String version = Program.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** The commit it was built from, with {@code +changes} where the checkout had any; {@code unknown} where no checkout was. */
    public static String commit() {
        Properties build = new Properties();
        try (InputStream file = Program.class.getResourceAsStream("build.properties")) {
            if (file != null) {
                build.load(file);
            }
        } catch (IOException unreadable) {
            build.clear();
        }
        String commit = build.getProperty("git.commit.id.abbrev", "");
        boolean changed = Boolean.parseBoolean(build.getProperty("git.dirty", "false"));
        return commit.isEmpty() ? "unknown" : commit + (changed ? "+changes" : "");
    }

    /** The version of the Java it runs on. */
    public static String java() {
        return System.getProperty("java.version", "");
    }

    /** Operating system and processor architecture. */
    public static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }
}
