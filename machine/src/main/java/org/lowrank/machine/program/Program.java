package org.lowrank.machine.program;

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

    /** The version of the Java it runs on. */
    public static String java() {
        return System.getProperty("java.version", "");
    }

    /** Operating system and processor architecture. */
    public static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }
}
