package org.lowrank.machine.net;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The content of an address, from its first byte to its last: where a connection breaks, the rest is asked for by range, or all of
 * it where the server knows no ranges, and what was read already is passed over. Whether the content is the wanted one is for the
 * reader to check; that it did not change in between is checked here, as far as the server tells (length, entity tag).
 */
public final class ResumingBody extends InputStream {
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final int BUFFER = 64 << 10;

    private final WebClient client;
    private final URI uri;
    private WebAnswer answer;
    private final OptionalLong length;
    private final String tag;
    private final boolean plain;
    /** Of the answer's bytes, those that were read before. */
    private long known;

    private long done;
    private long before;
    private int failures;

    private ResumingBody(WebClient client, URI uri, WebAnswer answer) {
        this.client = client;
        this.uri = uri;
        this.answer = answer;
        // Of an answer that is compressed on the way, the length is another.
        this.plain = answer.header("Content-Encoding").isEmpty();
        this.length = plain ? answer.contentLength() : OptionalLong.empty();
        this.tag = answer.header("ETag");
    }

    static ResumingBody open(WebClient client, URI uri) throws IOException {
        return new ResumingBody(client, uri, ask(client, uri, Patience.IF_CONNECTED, Optional.empty()));
    }

    private static WebAnswer ask(WebClient client, URI uri, Patience patience, Optional<String> range)
            throws IOException {
        return client.<WebAnswer, IOException>retrying(patience, () -> {
            WebAnswer answer = client.get(uri, range, PATIENT);
            if (!answer.ok()) {
                answer.drain();
                throw new RefusedException(answer.status());
            }
            return answer;
        });
    }

    /** How many bytes there are, where the server told. */
    public OptionalLong length() {
        return length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (true) {
            IOException broken;
            try {
                pass();
                int n = answer.body().read(bytes, offset, count);
                if (n >= 0 || length.isEmpty() || done >= length.getAsLong()) {
                    done += Math.max(0, n);
                    return n;
                }
                broken = new EOFException("the body ended early");
            } catch (IOException e) {
                broken = e;
            }
            goOn(broken);
        }
    }

    private void pass() throws IOException {
        byte[] passed = new byte[(int) Math.min(known, BUFFER)];
        while (known > 0) {
            int n = answer.body().read(passed, 0, (int) Math.min(known, passed.length));
            if (n < 0) {
                throw new EOFException("the body ended early");
            }
            known -= n;
        }
    }

    private void goOn(IOException broken) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while downloading");
        }
        answer.close();
        long left = length.orElse(Long.MAX_VALUE) - done;
        failures = WebClient.isProgress(done - before, left) ? 0 : failures + 1;
        if (failures > WebClient.MOST_FAILURES) {
            throw Retry.unreachable(broken, Optional.empty());
        }
        before = done;
        client.pause(0);
        answer = ask(client, uri, Patience.FULL, plain ? Optional.of("bytes=" + done + "-") : Optional.empty());
        boolean otherLength = answer.status() == 200
                && length.isPresent()
                && answer.contentLength().isPresent()
                && answer.contentLength().getAsLong() != length.getAsLong();
        if (otherLength || !tag.equals(answer.header("ETag"))) {
            throw new IOException("the content changed while it was fetched");
        }
        if (answer.status() == 200) {
            known = done;
        } else if (!answer.header("Content-Range").startsWith("bytes " + done + "-")) {
            throw new IOException("the server sent another range than asked");
        }
    }

    @Override
    public void close() throws IOException {
        answer.close();
    }
}
