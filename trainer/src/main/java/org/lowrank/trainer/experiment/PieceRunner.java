package org.lowrank.trainer.experiment;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.trainer.curve.Curve;

/** Runs pieces of work side by side, each on one thread, so that their number of threads changes nothing but the time. */
public final class PieceRunner {
    /** A kill loses at most this and one chunk. */
    private static final Duration BETWEEN_CHECKPOINTS = Duration.ofSeconds(30);

    private final RunOptions options;
    private final String fingerprint;
    private final long total;
    private long done;

    private PieceRunner(RunOptions options, String fingerprint, long total) {
        this.options = options;
        this.fingerprint = fingerprint;
        this.total = total;
    }

    /** A piece that is made only when its turn comes, with its share of the work. */
    public record Planned(long work, Supplier<Piece> piece) {}

    /**
     * Runs all and returns their curves in the order of the plan.
     *
     * @throws InterruptedException if the calling thread is interrupted; what is done is kept in the checkpoints
     */
    public static List<Curve> run(List<Planned> plan, String fingerprint, RunOptions options)
            throws IOException, InterruptedException {
        if (options.checkpoints() != null) {
            OutputDirectory.open(options.checkpoints());
        }
        long total = plan.stream().mapToLong(Planned::work).sum();
        PieceRunner runner = new PieceRunner(options, fingerprint, total);
        // On leaving, whatever the reason, every piece has kept what it did.
        List<List<Curve>> curves = SideBySide.all(
                "piece",
                options.threads(),
                plan,
                planned -> runner.complete(planned.piece().get()));
        return curves.stream().flatMap(List::stream).toList();
    }

    private List<Curve> complete(Piece piece) throws IOException, InterruptedException {
        Path directory = options.checkpoints();
        Optional<Checkpoint> checkpoint = directory == null
                ? Optional.empty()
                : Optional.of(new Checkpoint(directory, piece.name() + ".checkpoint", fingerprint));
        if (checkpoint.isPresent()) {
            Optional<byte[]> state = checkpoint.get().read();
            if (state.isPresent()) {
                piece.restore(new DataInputStream(new ByteArrayInputStream(state.get())));
            }
        }
        long counted = count(piece, 0);
        long saved = System.nanoTime();
        boolean more = true;
        while (more) {
            more = piece.advance();
            counted = count(piece, counted);
            boolean interrupted = Thread.interrupted();
            boolean due = System.nanoTime() - saved >= BETWEEN_CHECKPOINTS.toNanos();
            if (checkpoint.isPresent() && (interrupted || due || !more)) {
                save(piece, checkpoint.get());
                saved = System.nanoTime();
            }
            if (interrupted && more) {
                throw new InterruptedException();
            }
        }
        return piece.curves();
    }

    private static void save(Piece piece, Checkpoint checkpoint) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            piece.save(out);
        }
        checkpoint.write(bytes.toByteArray());
    }

    private synchronized long count(Piece piece, long counted) {
        long now = piece.done();
        done += now - counted;
        options.progress().at(done, total);
        return now;
    }
}
