package org.lowrank.cli;

import picocli.CommandLine.IVersionProvider;

/** The program's version, the Java it runs on and the system. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "lowrank " + version(),
            "Java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + "), " + os()
        };
    }

    /** The version in the jar's manifest. */
    static String version() {
        String version = VersionProvider.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    static String os() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }
}
