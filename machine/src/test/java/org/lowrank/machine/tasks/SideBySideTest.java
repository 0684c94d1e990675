package org.lowrank.machine.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SideBySideTest {
    @Test
    void resultsComeInTheOrderOfTheInputs() throws Exception {
        List<Integer> inputs = IntStream.range(0, 100).boxed().toList();
        List<Integer> squares = SideBySide.all("test", 4, inputs, i -> {
            Thread.sleep(i % 7 == 0 ? 3 : 0);
            return i * i;
        });
        assertThat(squares).isEqualTo(inputs.stream().map(i -> i * i).toList());
    }

    @Test
    void noInputsAreNoWork() throws Exception {
        assertThat(SideBySide.all("test", 4, List.<Integer>of(), i -> i)).isEmpty();
    }

    @Test
    void aFailureArrivesAsItWasThrown() {
        assertThatThrownBy(() -> SideBySide.all("test", 2, List.of(1, 2, 3), i -> {
                    if (i == 2) {
                        throw new IOException("two");
                    }
                    return i;
                }))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("two");
        assertThatThrownBy(() -> SideBySide.all("test", 2, List.of(1), i -> {
                    throw new IllegalStateException("one");
                }))
                .isExactlyInstanceOf(IllegalStateException.class);
    }

    @Test
    void afterAFailureNothingRunsAnyMore() {
        CountDownLatch running = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        assertThatThrownBy(() -> SideBySide.all("test", 2, List.of(1, 2), i -> {
                    if (i == 1) {
                        running.await();
                        throw new IOException("first");
                    }
                    try {
                        running.countDown();
                        Thread.sleep(60_000);
                    } finally {
                        ended.set(true);
                    }
                    return i;
                }))
                .hasMessage("first");
        assertThat(ended).isTrue();
    }

    @Test
    void anInterruptedCallerIsToldAndItsTasksEnd() throws Exception {
        CountDownLatch running = new CountDownLatch(2);
        AtomicBoolean told = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(2);
        Thread caller = new Thread(() -> {
            try {
                SideBySide.all("test", 2, List.of(1, 2), i -> {
                    try {
                        running.countDown();
                        Thread.sleep(60_000);
                        return i;
                    } finally {
                        ended.countDown();
                    }
                });
            } catch (InterruptedException e) {
                told.set(ended.getCount() == 0);
            } catch (IOException e) {
                told.set(false);
            }
        });
        caller.start();
        running.await();
        caller.interrupt();
        caller.join();
        assertThat(told).isTrue();
    }

    @Test
    void patienceEndsTheWaiting() {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        try (SideBySide<Integer> tasks = new SideBySide<>("test", 1, Duration.ofMillis(50))) {
            tasks.start(() -> {
                running.countDown();
                boolean waiting = true;
                while (waiting) {
                    try {
                        never.await();
                        waiting = false;
                    } catch (InterruptedException deaf) {
                        waiting = true;
                    }
                }
                return 1;
            });
            awaitQuietly(running);
        }
        assertThat(never.getCount()).isEqualTo(1);
        never.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
