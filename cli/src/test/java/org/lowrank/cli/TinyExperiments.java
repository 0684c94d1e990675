package org.lowrank.cli;

import java.util.ArrayList;
import java.util.List;

/** Options with which an experiment ends in a second; what an experiment needs beside them stands where it is run. */
final class TinyExperiments {
    /** Networks of 6 and 4 hidden units, three steps, one draw. */
    static final List<String> MERGING = List.of(
            "--preset=quick", "--samples=4", "--dimension=4", "--hidden=6,4", "--steps=3", "--records=2", "--draws=1");

    static final List<String> SWEEP = List.of(
            "--preset=quick",
            "--samples=8",
            "--dimension=4",
            "--hidden=4,4",
            "--batch=4",
            "--epochs=2",
            "--records=1",
            "--draws=1",
            "--frequency=10",
            "--step-size=0.1",
            "--lambda=0,0.01");

    private TinyExperiments() {}

    /** {@code experiment NAME}, these options and more. */
    static String[] command(String name, String... more) {
        List<String> words = new ArrayList<>(List.of("experiment", name));
        words.addAll(name.equals("sweep") ? SWEEP : MERGING);
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }
}
