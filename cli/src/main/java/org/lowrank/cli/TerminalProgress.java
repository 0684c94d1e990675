package org.lowrank.cli;

import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.machine.text.ForeignText;

/** One progress bar at a time on stderr, with rate and time left; nothing where no person watches. */
final class TerminalProgress implements AutoCloseable {
    private static final int WIDTH = 100;
    private static final int WORTH_A_WORD = 4;

    private final boolean drawn;
    private @Nullable ProgressBar bar;
    private String task = "";
    private boolean waiting;

    TerminalProgress(boolean drawn) {
        this.drawn = drawn;
    }

    /** Bytes done of a download. */
    synchronized void bytes(String name, long done, long total) {
        step(name, done, total, " MiB", 1 << 20);
    }

    /** For downloads. */
    TransferProgress ofTransfers() {
        return new TransferProgress() {
            @Override
            public void transferred(String file, long done, long total) {
                bytes(file, done, total);
            }

            @Override
            public void waiting(long secondsLeft) {
                TerminalProgress.this.waiting(secondsLeft);
            }
        };
    }

    /** For several downloads at once: their pauses only. */
    TransferProgress ofPauses() {
        return new TransferProgress() {
            @Override
            public void transferred(String file, long done, long total) {
                // One bar cannot show several.
            }

            @Override
            public void waiting(long secondsLeft) {
                TerminalProgress.this.waiting(secondsLeft);
            }
        };
    }

    /** A pause in a download: on the bar's line where one is drawn, else once for each pause that is worth a word. */
    synchronized void waiting(long secondsLeft) {
        boolean begins = !waiting;
        waiting = secondsLeft > 1;
        if (drawn) {
            close();
            System.err.print("\rwaiting for the server, " + secondsLeft + " s left\u001b[K");
            if (!waiting) {
                System.err.print("\r\u001b[K");
            }
        } else if (begins && secondsLeft >= WORTH_A_WORD) {
            System.err.println("lowrank: waiting " + secondsLeft + " s for the server");
        }
    }

    /** Things done of a count. */
    synchronized void count(String name, long done, long total) {
        step(name, done, total, "", 1);
    }

    private void step(String name, long done, long total, String unit, long unitSize) {
        if (!drawn) {
            return;
        }
        ProgressBar current = bar;
        if (current == null || !task.equals(name)) {
            close();
            task = name;
            current = new ProgressBarBuilder()
                    .setTaskName(ForeignText.name(name))
                    .setInitialMax(total)
                    .setUnit(unit, unitSize)
                    .showSpeed()
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis((int) Duration.ofMillis(200).toMillis())
                    .setConsumer(new DelegatingProgressBarConsumer(
                            line -> System.err.print("\r" + line + "\u001b[K"), WIDTH))
                    .build();
            bar = current;
        }
        current.stepTo(done);
    }

    /** Ends the bar and leaves the line free for what follows. */
    @Override
    public synchronized void close() {
        ProgressBar current = bar;
        if (current != null) {
            current.close();
            System.err.print("\r\u001b[K");
            bar = null;
        }
    }
}
