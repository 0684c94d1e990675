package org.lowrank.weights.hub;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.lowrank.weights.checkpoints.Content;

/** A file's content as a server sends it: whole or a range, or spoiled as ordered. */
final class FakeBody implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

    private static final int CHUNK = 1 << 16;

    private final CountDownLatch end = new CountDownLatch(1);
    private long bytesPerSecond;
    private long free;
    private long sent;

    synchronized void limit(long rate) {
        bytesPerSecond = rate;
    }

    synchronized long sent() {
        return sent;
    }

    /** Waits until the line all bodies share has room for so many bytes. */
    private void await(long bytes) {
        long until;
        synchronized (this) {
            sent += bytes;
            if (bytesPerSecond == 0) {
                return;
            }
            free = Math.max(free, System.nanoTime()) + bytes * 1_000_000_000 / bytesPerSecond;
            until = free;
        }
        long wait = until - System.nanoTime();
        if (wait > 0) {
            LockSupport.parkNanos(wait);
        }
    }

    static boolean isHead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("HEAD");
    }

    void send(HttpExchange exchange, Content whole, Optional<Fault> wrong) throws IOException {
        Content content = wrong.map(fault -> spoiled(whole, fault)).orElse(whole);
        if (isHead(exchange)) {
            exchange.getResponseHeaders().set("Content-Length", "" + content.size());
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        if (wrong.orElse(null) instanceof Fault.Gzip) {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, 0);
            try (GZIPOutputStream body = new GZIPOutputStream(exchange.getResponseBody())) {
                content.write(body, 0, content.size());
            }
            return;
        }
        String asked = exchange.getRequestHeaders().getFirst("Range");
        long from = 0;
        long until = content.size();
        if (asked != null && !(wrong.orElse(null) instanceof Fault.IgnoreRange)) {
            Matcher range = RANGE.matcher(asked);
            if (!range.matches() || Long.parseLong(range.group(1)) >= content.size()) {
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            from = Long.parseLong(range.group(1));
            until = range.group(2).isEmpty()
                    ? content.size()
                    : Math.min(content.size(), Long.parseLong(range.group(2)) + 1);
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (until - 1) + "/" + content.size());
            exchange.sendResponseHeaders(206, until - from);
        } else {
            exchange.sendResponseHeaders(200, content.size() == 0 ? -1 : content.size());
        }
        body(exchange, content, from, until, wrong);
    }

    private void body(HttpExchange exchange, Content content, long from, long until, Optional<Fault> wrong)
            throws IOException {
        long most = until - from;
        if (wrong.orElse(null) instanceof Fault.Cut cut) {
            most = Math.min(most, cut.after());
        } else if (wrong.orElse(null) instanceof Fault.Stall stall) {
            most = Math.min(most, stall.after());
        }
        for (long at = from; at < from + most; at += CHUNK) {
            long next = Math.min(from + most, at + CHUNK);
            await(next - at);
            content.write(exchange.getResponseBody(), at, next);
        }
        exchange.getResponseBody().flush();
        if (wrong.orElse(null) instanceof Fault.Stall) {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Content spoiled(Content content, Fault fault) {
        if (fault instanceof Fault.Shorter shorter) {
            return Content.of(Arrays.copyOf(content.bytes(), (int) content.size() - shorter.by()));
        }
        if (fault instanceof Fault.Corrupt) {
            byte[] other = content.bytes();
            other[other.length / 2] ^= 1;
            return Content.of(other);
        }
        return content;
    }

    /** Lets stalled bodies end. */
    @Override
    public void close() {
        end.countDown();
    }
}
