package org.lowrank.machine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a body is waited for. */
@Timeout(30)
class GuardedBodyTest {
    private static final Deadline NONE = new Deadline(Optional.empty());

    @Test
    void aBodyThatDripsEnds() {
        try (GuardedBody body = new GuardedBody(new Drip(20, Integer.MAX_VALUE), Duration.ofMillis(200), NONE)) {
            assertThatThrownBy(body::readAllBytes)
                    .isInstanceOf(SlowBodyException.class)
                    .hasMessageMatching("only \\d+ bytes arrived in \\d+ s");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aShortBodyMayBeSlow() throws IOException {
        try (GuardedBody body = new GuardedBody(new Drip(20, 20), Duration.ofSeconds(2), NONE)) {
            assertThat(body.readAllBytes()).hasSize(20);
        }
    }

    @Test
    void theDeadlineEndsAnyBody() throws IOException {
        Deadline soon = new Deadline(Optional.of(Duration.ofMillis(300)));
        try (GuardedBody body = new GuardedBody(new Drip(1, Integer.MAX_VALUE), Duration.ofSeconds(2), soon)) {
            assertThatThrownBy(body::readAllBytes).hasMessageContaining("LOWRANK_NETWORK_LIMIT");
        }
    }

    /** One byte every few milliseconds, until it is closed. */
    private static final class Drip extends InputStream {
        private final int millis;
        private int left;
        private volatile boolean closed;

        Drip(int millis, int bytes) {
            this.millis = millis;
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            if (closed) {
                throw new IOException("closed");
            }
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return left-- > 0 ? 'x' : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int next = read();
            if (next < 0) {
                return -1;
            }
            bytes[offset] = (byte) next;
            return 1;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
