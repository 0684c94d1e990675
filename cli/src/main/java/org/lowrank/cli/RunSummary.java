package org.lowrank.cli;

import java.util.Locale;
import org.lowrank.analyzer.activation.ActivationMeasurement;
import org.lowrank.analyzer.output.RunResult;

/** A run for people. */
final class RunSummary {
    private RunSummary() {}

    static String of(RunResult result) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s: %d sequences, %d tokens%n",
                result.model().model(),
                result.sequences(),
                result.tokens()));
        Double nll = result.nll();
        if (nll != null) {
            String kind = result.masked() == null ? "a token" : "a masked token";
            text.append(String.format(Locale.ROOT, "loss %.6f nats %s, perplexity %.4f%n", nll, kind, Math.exp(nll)));
        }
        text.append(String.format(
                Locale.ROOT,
                "%n%5s  %-7s %8s %7s %12s %12s %10s%n",
                "layer",
                "input",
                "tokens",
                "width",
                "||X||_F",
                "||X||_2",
                "stable"));
        for (ActivationMeasurement row : result.activations()) {
            if (row.input().contains(":E")) {
                continue;
            }
            Double rank = row.stableRank();
            text.append(String.format(
                    Locale.ROOT,
                    "%5d  %-7s %8d %7d %12.5g %12.5g %10s%n",
                    row.layer(),
                    row.input(),
                    row.tokens(),
                    row.width(),
                    row.frobeniusNorm(),
                    row.spectralNorm(),
                    rank == null ? "" : String.format(Locale.ROOT, "%.4g", rank)));
        }
        return text.append(System.lineSeparator()).toString();
    }
}
