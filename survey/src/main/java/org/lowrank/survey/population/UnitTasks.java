package org.lowrank.survey.population;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.weights.files.ModelNotFoundException;

/** Tasks that read one open model. It must not be closed while one of them runs: {@link #close} waits for those that do. */
final class UnitTasks<T> implements AutoCloseable {
    private final ExecutorService workers;
    private final List<Future<T>> submitted = new ArrayList<>();
    private int running;
    private boolean closed;

    UnitTasks(ExecutorService workers) {
        this.workers = workers;
    }

    void submit(Callable<T> task) {
        submitted.add(workers.submit(() -> {
            if (!begins()) {
                throw new InterruptedException("not needed any more");
            }
            try {
                return task.call();
            } finally {
                ends();
            }
        }));
    }

    /**
     * What the tasks gave, in their order.
     *
     * @throws IOException as the first that failed threw it
     * @throws ModelNotFoundException the same
     */
    List<T> results() throws IOException, ModelNotFoundException, InterruptedException {
        List<T> results = new ArrayList<>();
        for (Future<T> task : submitted) {
            try {
                results.add(task.get());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof ModelNotFoundException notFound) {
                    throw notFound;
                }
                throw SideBySide.thrown(e);
            }
        }
        return results;
    }

    private synchronized boolean begins() {
        if (closed) {
            return false;
        }
        running++;
        return true;
    }

    private synchronized void ends() {
        running--;
        notifyAll();
    }

    /** No further task begins; those that run are waited for, even where this thread is interrupted. */
    @Override
    public synchronized void close() {
        closed = true;
        boolean interrupted = false;
        while (running > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
