package org.lowrank.machine.net;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response's body that fails when no byte arrives for a while, when too few arrive for a longer while, or when the time for
 * all is over: the JDK's client limits only the time to the headers.
 */
final class GuardedBody extends FilterInputStream {
    /** Bytes a second; the slowest lines people use have ten times that. */
    static final long SLOWEST = 512;

    private static final int WINDOW = 3;
    private static final ScheduledExecutorService WATCH = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "lowrank-net-watch");
        thread.setDaemon(true);
        return thread;
    });

    private final Duration limit;
    private final Deadline deadline;
    private final ScheduledFuture<?> watch;
    private volatile long readingSince;
    private volatile boolean reading;
    private volatile long arrived;
    private volatile long spent;
    private volatile @Nullable HttpTimeoutException end;
    private long arrivedBefore;
    private long spentBefore;

    GuardedBody(InputStream body, Duration limit, Deadline deadline) {
        super(body);
        this.limit = limit;
        this.deadline = deadline;
        long period = Math.max(20, limit.toMillis() / 4);
        this.watch = WATCH.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    /** Only the time spent waiting for bytes counts, not what is done with them in between. */
    private void look() {
        long waited = reading ? System.nanoTime() - readingSince : 0;
        long window = spent + waited - spentBefore;
        if (waited > limit.toNanos()) {
            end(new HttpTimeoutException("no byte arrived for " + limit.toSeconds() + " s"));
        } else if (deadline.isPassedIn(Duration.ZERO)) {
            end(new HttpTimeoutException(deadline.described()));
        } else if (window > WINDOW * limit.toNanos()) {
            long bytes = arrived - arrivedBefore;
            if (bytes < SLOWEST * window / 1_000_000_000L) {
                end(new SlowBodyException(
                        "only " + bytes + " bytes arrived in " + TimeUnit.NANOSECONDS.toSeconds(window) + " s"));
            }
            arrivedBefore = arrived;
            spentBefore = spent + waited;
        }
    }

    private void end(HttpTimeoutException why) {
        end = why;
        try {
            in.close();
        } catch (IOException alreadyBroken) {
            // The reader is told why.
            return;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int n = read(one, 0, 1);
        return n < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        long since = System.nanoTime();
        readingSince = since;
        reading = true;
        try {
            int n = in.read(bytes, offset, length);
            HttpTimeoutException why = end;
            if (n < 0 && why != null) {
                throw why;
            }
            arrived += Math.max(0, n);
            return n;
        } catch (IOException e) {
            HttpTimeoutException why = end;
            throw why != null ? why : e;
        } finally {
            reading = false;
            spent += System.nanoTime() - since;
        }
    }

    @Override
    public void close() throws IOException {
        watch.cancel(false);
        in.close();
    }
}
