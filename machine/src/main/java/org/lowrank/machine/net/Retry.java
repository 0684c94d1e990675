package org.lowrank.machine.net;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Tries again after failures that pass: timeouts, broken connections, 408, 429 and 5xx. Waits 1, 2, 4, 8, 8 s, or as long
 * as the server says, if that is bearable.
 */
final class Retry {
    static final int MOST = 5;

    private static final List<Integer> WAITS = List.of(1, 2, 4, 8, 8);
    private static final Set<Integer> LATER = Set.of(408, 429, 500, 502, 503, 504);
    private static final Pattern RATE_LIMIT = Pattern.compile(".*;\\s*r=(\\d+)\\s*;\\s*t=(\\d{1,6}).*");
    /** The Hugging Face Hub counts requests in windows of five minutes; it may ask for all of one, and a second. */
    private static final Duration LONGEST = Duration.ofMinutes(6);

    /** Of all pauses that servers asked for in one run. */
    private static final Duration LONGEST_TOGETHER = Duration.ofMinutes(15);

    private final Site site;
    private final Pauses pauses;
    private final Deadline deadline;
    private Duration asked = Duration.ZERO;

    Retry(WebSettings settings, Site site, Pauses pauses) {
        this.site = site;
        this.pauses = pauses;
        this.deadline = new Deadline(settings.limit());
    }

    Deadline deadline() {
        return deadline;
    }

    /**
     * Fails for a status that may be another next time.
     *
     * @throws LaterException if the server cannot now
     */
    void throwIfLater(WebAnswer answer) throws IOException {
        // A file server's 401, 403, 404 or 410 mostly means that the signed address ran out: asking the site
        // again helps.
        boolean expired = site.signsAddresses() && !answer.own() && answer.status() >= 400 && answer.status() != 416;
        if (LATER.contains(answer.status()) || expired) {
            answer.drain();
            Optional<Duration> wait = wait(answer);
            if (answer.status() == 429) {
                wait.filter(pause -> pause.compareTo(LONGEST) <= 0)
                        .ifPresent(pause -> HeldHosts.hold(answer.uri(), pause));
            }
            String request = site.isQuotable() ? answer.header("X-Request-Id").replaceAll("[^0-9A-Za-z-]", "") : "";
            throw new LaterException(
                    answer.uri().getHost() + " answered " + answer.status()
                            + (request.isEmpty() ? "" : ", request " + request),
                    wait);
        }
    }

    private static Optional<Duration> wait(WebAnswer answer) {
        Matcher limit = RATE_LIMIT.matcher(answer.header("RateLimit"));
        if (answer.status() == 429 && limit.matches() && limit.group(1).equals("0")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(limit.group(2)) + 1));
        }
        String seconds = answer.header("Retry-After").strip();
        return seconds.matches("\\d{1,6}")
                ? Optional.of(Duration.ofSeconds(Long.parseLong(seconds)))
                : Optional.empty();
    }

    /**
     * Runs until it works or patience ends.
     *
     * @throws UnreachableException when patience ended
     */
    <T, E extends Exception> T run(Patience patience, WebClient.Attempt<T, E> attempt) throws IOException, E {
        for (int failures = 0; ; failures++) {
            try {
                return attempt.run();
            } catch (IOException e) {
                boolean interrupted = e instanceof InterruptedIOException
                        && Thread.currentThread().isInterrupted();
                boolean told = e instanceof RefusedException || e instanceof UnsafeRedirectException;
                if (interrupted || told || e instanceof UnreachableException || site.isFinal(e)) {
                    throw e;
                }
                giveUpOrWait(patience, failures, e);
            }
        }
    }

    private void giveUpOrWait(Patience patience, int failures, IOException e)
            throws InterruptedIOException, UnreachableException {
        Optional<Duration> told = e instanceof LaterException later ? later.pause() : Optional.empty();
        boolean never = patience == Patience.ONCE
                || (patience == Patience.IF_CONNECTED && WebClient.isNoConnection(e))
                || e instanceof SSLException
                || told.filter(wait -> wait.compareTo(LONGEST) > 0 || !isBearable(wait))
                        .isPresent();
        if (never || failures >= (e instanceof SlowBodyException ? 1 : MOST)) {
            throw unreachable(e, told);
        }
        Duration pause = told.orElse(Duration.ofSeconds(WAITS.get(Math.min(failures, WAITS.size() - 1))));
        if (deadline.isPassedIn(pause)) {
            throw unreachable(new HttpTimeoutException(deadline.described() + " (" + reason(e) + ")"), told);
        }
        pauses.sit(pause);
    }

    /** Leaves a host alone that told another client to. */
    void waitFor(URI uri) throws InterruptedIOException, UnreachableException {
        Duration left = HeldHosts.left(uri);
        if (left.isZero()) {
            return;
        }
        if (deadline.isPassedIn(left)) {
            throw unreachable(new HttpTimeoutException(deadline.described()), Optional.of(left));
        }
        pauses.sit(left);
    }

    private synchronized boolean isBearable(Duration wait) {
        asked = asked.plus(wait);
        return asked.compareTo(LONGEST_TOGETHER) <= 0;
    }

    /** Waits after so many failures in a row. */
    void pause(int failures) throws InterruptedIOException, UnreachableException {
        if (deadline.isPassedIn(Duration.ofSeconds(WAITS.get(Math.min(failures, WAITS.size() - 1))))) {
            throw unreachable(new HttpTimeoutException(deadline.described()), Optional.empty());
        }
        pauses.sit(Duration.ofSeconds(WAITS.get(Math.min(failures, WAITS.size() - 1))));
    }

    /** What ended patience, as it is told. */
    static UnreachableException unreachable(IOException e, Optional<Duration> wait) {
        Optional<String> remedy = e instanceof SSLException
                ? Optional.of("name the authorities you trust in SSL_CERT_FILE")
                : wait.map(time -> "run again in " + time.toSeconds() + " s");
        return new UnreachableException(reason(e), remedy, e);
    }

    private static String reason(IOException e) {
        if (e instanceof ConnectException) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof java.nio.channels.UnresolvedAddressException) {
                    return "unknown host";
                }
            }
            return "connection refused or no route";
        }
        boolean told = e instanceof HttpTimeoutException
                && String.valueOf(e.getMessage()).matches(".*(arrived|LOWRANK_NETWORK_LIMIT).*");
        if (e instanceof LaterException || e instanceof StrangeAnswerException || told) {
            return String.valueOf(e.getMessage());
        }
        if (e instanceof HttpTimeoutException) {
            return "no answer in time";
        }
        if (e instanceof SSLException) {
            return "its certificate is not trusted";
        }
        return "the connection broke (" + e.getClass().getSimpleName() + ")";
    }
}
