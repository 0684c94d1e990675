package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.lowrank.machine.net.BrokenBodyException;
import org.lowrank.machine.net.WebClient;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelNotFoundException;

/** One whole file into a partial file: goes on after broken connections and killed processes, verified at the end. */
final class HubDownload {
    private static final int BUFFER = 256 << 10;

    private final RemoteFile remote;
    private final HubFile file;
    private final LongConsumer arrived;

    /**
     * A download to come.
     *
     * @param arrived told how many bytes more are there; negative where some were of no use
     */
    HubDownload(RemoteFile remote, LongConsumer arrived) {
        this.remote = remote;
        this.file = remote.file();
        this.arrived = arrived;
    }

    /** What is done with the verified content: moves it away. */
    @FunctionalInterface
    interface Destination {
        void take(Path complete) throws IOException;
    }

    /**
     * Fetches, verifies and hands over.
     *
     * @throws MalformedWeightsException if the bytes are not those the Hub announced, twice
     */
    void run(Path partials, String repository, Destination destination) throws IOException, ModelNotFoundException {
        try (PartialFile partial = PartialFile.open(partials, file, repository)) {
            arrived.accept(partial.length());
            fill(partial);
            if (!partial.isVerified()) {
                // The beginning may stem from a broken disk or transfer: once more, all of it.
                arrived.accept(-partial.length());
                partial.restart();
                fill(partial);
                if (!partial.isVerified()) {
                    partial.discard();
                    throw new MalformedWeightsException(
                            Flaw.INCOMPLETE,
                            "corrupted download: " + file.path()
                                    + ": its content is not what the Hub's hash " + file.etag()
                                    + " says, and was not kept; run again later");
                }
            }
            partial.finish();
            destination.take(partial.path());
            partial.discard();
        }
    }

    private void fill(PartialFile partial) throws IOException, ModelNotFoundException {
        int failures = 0;
        while (partial.length() < file.size()) {
            long before = partial.length();
            try (RemoteFile.Part part = remote.open(before, file.size())) {
                if (part.start() != before) {
                    arrived.accept(-before);
                    partial.restart();
                }
                copy(part, partial);
            } catch (BrokenBodyException e) {
                failures = WebClient.isProgress(partial.length() - before, file.size() - partial.length())
                        ? 0
                        : failures + 1;
                if (failures > WebClient.MOST_FAILURES) {
                    String reason = "the connection broke " + failures + " times";
                    throw new HubUnreachableException(
                            "broken download: " + file.path() + ": " + reason + " after " + partial.length() + " of "
                                    + file.size() + " bytes; run again to go on from there",
                            reason,
                            e);
                }
                remote.client().pause(0);
            }
        }
    }

    private void copy(RemoteFile.Part part, PartialFile partial) throws IOException {
        byte[] buffer = new byte[BUFFER];
        while (partial.length() < file.size()) {
            int n = part.read(buffer, (int) Math.min(buffer.length, file.size() - partial.length()));
            partial.append(buffer, n);
            arrived.accept(n);
        }
    }
}
