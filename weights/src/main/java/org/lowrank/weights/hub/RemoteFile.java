package org.lowrank.weights.hub;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.net.BrokenBodyException;
import org.lowrank.machine.net.LaterException;
import org.lowrank.machine.net.Patience;
import org.lowrank.machine.net.WebAnswer;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelNotFoundException;

/** The content of a file at one commit, or a range of it. Safe for several threads. */
final class RemoteFile {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes\\s+(\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    private final HubApi api;
    private final String commit;
    private final HubFile file;
    /** The signed address the Hub named last; asked directly until it runs out. */
    private volatile @Nullable URI located;

    RemoteFile(HubApi api, String commit, HubFile file) {
        this.api = api;
        this.commit = commit;
        this.file = file;
    }

    /**
     * Content that is arriving.
     *
     * @param start offset in the file of the first byte to come: 0 where the server ignored the range
     */
    record Part(long start, InputStream body) implements AutoCloseable {
        /**
         * The next bytes.
         *
         * @throws BrokenBodyException if none come although some should
         */
        int read(byte[] buffer, int most) throws IOException {
            try {
                int n = body.read(buffer, 0, most);
                if (n >= 0) {
                    return n;
                }
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while downloading");
                }
                throw new BrokenBodyException(e);
            }
            throw new BrokenBodyException(new EOFException("the body ended early"));
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    HubFile file() {
        return file;
    }

    HubClient client() {
        return api.client();
    }

    /** Asks for bytes [from, end), tried again until an answer comes; its body may still break. */
    Part open(long from, long end) throws IOException, ModelNotFoundException {
        return client().retrying(Patience.FULL, () -> once(from, end));
    }

    private Part once(long from, long end) throws IOException, ModelNotFoundException {
        boolean whole = from == 0 && end == file.size();
        Optional<String> range = whole ? Optional.empty() : Optional.of("bytes=" + from + "-" + (end - 1));
        Duration timeout = client().settings().web().bodyTimeout();
        URI known = located;
        if (known != null) {
            located = null; // Whatever goes wrong, the Hub is asked next time.
            Part part = part(client().get(known, range, timeout), from, end);
            located = known;
            return part;
        }
        WebAnswer answer = client().get(api.content(commit, file.path()), range, timeout);
        if (!answer.ok()) {
            throw api.errors().of(answer);
        }
        try {
            checkHub(answer);
        } catch (IOException | ModelNotFoundException e) {
            answer.close();
            throw e;
        }
        Part part = part(answer, from, end);
        located = answer.own() ? null : answer.uri();
        return part;
    }

    /** The endpoint's own answer says which commit and content it is about. */
    private void checkHub(WebAnswer answer) throws IOException, ModelNotFoundException {
        if (!answer.ownHeader("X-Repo-Commit").equals(commit)) {
            throw api.errors().notTheHub("its answer for " + file.path() + " names no commit, or another");
        }
        String etag = answer.ownHeader("X-Linked-Etag").replaceFirst("^W/", "").replace("\"", "");
        String size = answer.ownHeader("X-Linked-Size");
        if ((!etag.isEmpty() && !etag.equals(file.etag())) || (!size.isEmpty() && !size.equals("" + file.size()))) {
            throw new MalformedWeightsException("inconsistent file: " + file.path() + ": the Hub lists " + file.size()
                    + " bytes with hash " + file.etag()
                    + " but announces another size or hash for its content; run again"
                    + " later, or check HF_ENDPOINT");
        }
    }

    private Part part(WebAnswer answer, long from, long end) throws IOException, ModelNotFoundException {
        try {
            if (!answer.ok()) {
                throw new LaterException("the file server answered " + answer.status(), Optional.empty());
            }
            if (answer.status() == 200) {
                long length = answer.contentLength().orElse(file.size());
                boolean encoded = !answer.header("Content-Encoding").isEmpty();
                if (length != file.size() && !encoded) {
                    throw wrongLength(length);
                }
                return new Part(0, answer.body());
            }
            Matcher range = CONTENT_RANGE.matcher(answer.header("Content-Range").strip());
            if (!range.matches() || Long.parseLong(range.group(1)) != from || Long.parseLong(range.group(2)) >= end) {
                throw new LaterException("the file server sent another range than asked", Optional.empty());
            }
            if (!range.group(3).equals("*") && Long.parseLong(range.group(3)) != file.size()) {
                throw wrongLength(Long.parseLong(range.group(3)));
            }
            return new Part(from, answer.body());
        } catch (IOException e) {
            answer.close();
            throw e;
        }
    }

    private MalformedWeightsException wrongLength(long length) {
        return new MalformedWeightsException("wrong length: " + file.path() + ": the Hub lists " + file.size()
                + " bytes but the file server has " + length + "; run again later, or check HF_ENDPOINT");
    }
}
