package org.lowrank.machine.tasks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tasks done side by side by a few threads:
 *
 * <pre>{@code
 * try (SideBySide<Row> tasks = new SideBySide<>("measure", 4)) {
 *     items.forEach(item -> tasks.start(() -> measure(item)));
 *     for (int i = 0; i < items.size(); i++) {
 *         rows.add(tasks.next());
 *     }
 * }
 * }</pre>
 *
 * <p>One policy for all of lowrank: the first failure is thrown to the caller as the task threw it; leaving the block, for whatever
 * reason, interrupts what still runs and waits until it has ended, so that nothing writes to what the caller cleans up. The
 * threads are daemons: they keep no program from ending.
 *
 * @param <R> what a task returns
 */
public final class SideBySide<R> implements AutoCloseable {
    private static final Duration UNTIL_IT_ENDS = Duration.ofSeconds(Long.MAX_VALUE / 1_000_000_000L);

    private final ExecutorService threads;
    private final ExecutorCompletionService<R> finished;
    private final Duration patience;

    /** So many threads, named {@code lowrank-NAME-i}; leaving waits until every task has ended. */
    public SideBySide(String name, int threads) {
        this(name, threads, UNTIL_IT_ENDS);
    }

    /** The same, but leaving waits no longer than {@code patience}: for tasks that may hang on the world outside. */
    public SideBySide(String name, int threads, Duration patience) {
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "lowrank-" + name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.finished = new ExecutorCompletionService<>(this.threads);
        this.patience = patience;
    }

    /** A task with one input. */
    @FunctionalInterface
    public interface Work<A, R> {
        R of(A input) throws IOException, InterruptedException;
    }

    /**
     * Does the work for every input and returns the results in the order of the inputs.
     *
     * @throws IOException as a task threw it
     * @throws InterruptedException if the calling thread is interrupted
     */
    public static <A, R> List<R> all(String name, int threads, Collection<? extends A> inputs, Work<A, R> work)
            throws IOException, InterruptedException {
        List<R> results = new ArrayList<>(inputs.size());
        if (inputs.isEmpty()) {
            return results;
        }
        try (SideBySide<R> tasks = new SideBySide<>(name, Math.min(threads, inputs.size()))) {
            List<Future<R>> futures = new ArrayList<>(inputs.size());
            for (A input : inputs) {
                futures.add(tasks.finished.submit(() -> work.of(input)));
            }
            // In the order of finishing, so that a failure is not found out only when its turn comes.
            for (int i = 0; i < futures.size(); i++) {
                tasks.next();
            }
            for (Future<R> future : futures) {
                results.add(of(future));
            }
        }
        return results;
    }

    /** Adds a task; it starts as soon as a thread is free. */
    public void start(Callable<R> task) {
        finished.submit(task);
    }

    /**
     * The result of the task that ended next.
     *
     * @throws IOException as the task threw it; another checked exception is its cause
     * @throws InterruptedException if the calling thread, or the task's, is interrupted
     */
    public R next() throws IOException, InterruptedException {
        return of(finished.take());
    }

    private static <R> R of(Future<R> done) throws IOException, InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            throw thrown(e);
        }
    }

    /**
     * What a task threw: returned if it is an IOException, thrown if it is unchecked or an interruption; any other checked
     * exception becomes the cause of the one returned.
     */
    public static IOException thrown(ExecutionException e) throws InterruptedException {
        Throwable cause = e.getCause();
        if (cause instanceof IOException io) {
            return io;
        }
        if (cause instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (cause instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IOException(String.valueOf(cause), cause);
    }

    /** Interrupts what runs, forgets what has not begun, and waits until all has ended, however often this thread is interrupted. */
    @Override
    public void close() {
        threads.shutdownNow();
        boolean interrupted = false;
        long end = System.nanoTime() + Math.min(patience.toNanos(), Long.MAX_VALUE / 2);
        boolean ended = false;
        while (!ended && end - System.nanoTime() > 0) {
            try {
                ended = threads.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
