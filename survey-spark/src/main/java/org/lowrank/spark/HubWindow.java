package org.lowrank.spark;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelReference;

/**
 * What the Hub's limits mean for a long list: requests are counted by account, or by address where there is no token, for all
 * executors together, and an executor that is told to come again later waits by itself.
 */
final class HubWindow {
    /** To its API, for one opening of a model: which commit, which files. */
    private static final long REQUESTS = 2;

    /** To its API in five minutes: without a token, and of an account that pays nothing (https://huggingface.co/docs/hub/rate-limits). */
    private static final long ANONYMOUS = 500;

    private static final long ACCOUNT = 1000;
    private static final double WINDOW_MINUTES = 5;

    private HubWindow() {}

    /** A line for the driver to say; empty where one window is enough. */
    static Optional<String> note(List<String> references, boolean hasToken) {
        long models =
                references.stream().filter(HubWindow::isOnTheHub).distinct().count();
        long requests = REQUESTS * models;
        long allowed = hasToken ? ACCOUNT : ANONYMOUS;
        if (requests <= allowed) {
            return Optional.empty();
        }
        double minutes = WINDOW_MINUTES * requests / allowed;
        String time = minutes < 120
                ? String.format(Locale.ROOT, "%.0f minutes", minutes)
                : String.format(Locale.ROOT, "%.1f hours", minutes / 60);
        return Optional.of(String.format(
                Locale.ROOT,
                "%,d models of the Hub need at least %,d requests to its API, which allows %s %,d in 5 minutes, all executors"
                        + " together: at least %s; executors wait as the Hub asks",
                models,
                requests,
                hasToken ? "an account that pays nothing" : "an address without a token",
                allowed,
                time));
    }

    private static boolean isOnTheHub(String reference) {
        try {
            return ModelReference.parse(reference) instanceof ModelReference.Hub;
        } catch (ModelNotFoundException | IllegalArgumentException noReference) {
            return false; // said where it is opened
        }
    }
}
