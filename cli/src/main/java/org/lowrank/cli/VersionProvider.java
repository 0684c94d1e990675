package org.lowrank.cli;

import org.lowrank.machine.program.Program;
import picocli.CommandLine.IVersionProvider;

/** The program's version, the Java it runs on and the system. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            Program.NAME + " " + Program.version(),
            "Java " + Program.java() + " (" + System.getProperty("java.vendor") + "), " + Program.system()
        };
    }

    static String version() {
        return Program.version();
    }

    static String os() {
        return Program.system();
    }
}
