package org.lowrank.analyzer.source.hub;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** A file's content as a server sends it: whole or a range, or spoiled as ordered. */
final class FakeBody implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

    private final CountDownLatch end = new CountDownLatch(1);

    static boolean isHead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("HEAD");
    }

    void send(HttpExchange exchange, byte[] whole, Optional<Fault> wrong) throws IOException {
        byte[] content = wrong.map(fault -> spoiled(whole, fault)).orElse(whole);
        if (isHead(exchange)) {
            exchange.getResponseHeaders().set("Content-Length", "" + content.length);
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        if (wrong.orElse(null) instanceof Fault.Gzip) {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, 0);
            try (GZIPOutputStream body = new GZIPOutputStream(exchange.getResponseBody())) {
                body.write(content);
            }
            return;
        }
        String asked = exchange.getRequestHeaders().getFirst("Range");
        int from = 0;
        int until = content.length;
        if (asked != null && !(wrong.orElse(null) instanceof Fault.IgnoreRange)) {
            Matcher range = RANGE.matcher(asked);
            if (!range.matches() || Integer.parseInt(range.group(1)) >= content.length) {
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            from = Integer.parseInt(range.group(1));
            until = range.group(2).isEmpty()
                    ? content.length
                    : Math.min(content.length, Integer.parseInt(range.group(2)) + 1);
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (until - 1) + "/" + content.length);
            exchange.sendResponseHeaders(206, until - from);
        } else {
            exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
        }
        body(exchange, content, from, until, wrong);
    }

    private void body(HttpExchange exchange, byte[] content, int from, int until, Optional<Fault> wrong)
            throws IOException {
        int most = until - from;
        if (wrong.orElse(null) instanceof Fault.Cut cut) {
            most = Math.min(most, cut.after());
        } else if (wrong.orElse(null) instanceof Fault.Stall stall) {
            most = Math.min(most, stall.after());
        }
        exchange.getResponseBody().write(content, from, most);
        exchange.getResponseBody().flush();
        if (wrong.orElse(null) instanceof Fault.Stall) {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static byte[] spoiled(byte[] content, Fault fault) {
        if (fault instanceof Fault.Shorter shorter) {
            return java.util.Arrays.copyOf(content, content.length - shorter.by());
        }
        if (fault instanceof Fault.Corrupt) {
            byte[] other = content.clone();
            other[other.length / 2] ^= 1;
            return other;
        }
        return content;
    }

    /** Lets stalled bodies end. */
    @Override
    public void close() {
        end.countDown();
    }
}
