package org.lowrank.cli;

import org.lowrank.machine.program.Program;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import picocli.CommandLine.IVersionProvider;

/** The program's version and commit, the Java it runs on, the system, and what computes. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            Program.NAME + " " + Program.version() + " (commit " + Program.commit() + ")",
            "Java " + Program.java() + " (" + System.getProperty("java.vendor") + "), " + Program.system(),
            "kernels: " + kernels(),
            "engine: DJL " + SpectralEngines.nativeVersions() + ", started when needed"
        };
    }

    private static String kernels() {
        try (SpectralEngine engine = SpectralEngines.create()) {
            return engine.description();
        }
    }

    static String version() {
        return Program.version();
    }

    static String os() {
        return Program.system();
    }
}
