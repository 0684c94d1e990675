package org.lowrank.weights.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A response's body that fails when no byte arrives for a while: the JDK's client limits only the time to the headers. */
final class GuardedBody extends FilterInputStream {
    private static final ScheduledExecutorService WATCH = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "lowrank-hub-watch");
        thread.setDaemon(true);
        return thread;
    });

    private final Duration limit;
    private final ScheduledFuture<?> watch;
    private volatile long readingSince;
    private volatile boolean reading;
    private volatile boolean stalled;

    GuardedBody(InputStream body, Duration limit) {
        super(body);
        this.limit = limit;
        long period = Math.max(20, limit.toMillis() / 4);
        this.watch = WATCH.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (reading && System.nanoTime() - readingSince > limit.toNanos()) {
            stalled = true;
            try {
                in.close();
            } catch (IOException alreadyBroken) {
                // The reader is told by stalled.
                return;
            }
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
        readingSince = System.nanoTime();
        reading = true;
        try {
            int n = in.read(bytes, offset, length);
            if (n < 0 && stalled) {
                throw stall();
            }
            return n;
        } catch (IOException e) {
            throw stalled ? stall() : e;
        } finally {
            reading = false;
        }
    }

    private HttpTimeoutException stall() {
        return new HttpTimeoutException("no byte arrived for " + limit.toSeconds() + " s");
    }

    @Override
    public void close() throws IOException {
        watch.cancel(false);
        in.close();
    }
}
