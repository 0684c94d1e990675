package org.lowrank.machine.net;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hosts that want no request for a while: what a server tells one client (429 with a time to come again) holds for all clients of
 * the process, so that many models in flight wait together instead of being refused one by one.
 */
final class HeldHosts {
    private static final Map<String, Long> ENDS = new ConcurrentHashMap<>();
    /** Which of them this thread has waited for. */
    private static final ThreadLocal<Map<String, Long>> WAITED = ThreadLocal.withInitial(HashMap::new);

    private HeldHosts() {}

    /** A host asks for a pause. The thread that was told waits by itself. */
    static void hold(URI uri, Duration pause) {
        String host = host(uri);
        long end = System.nanoTime() + pause.toNanos();
        long latest = ENDS.merge(host, end, (known, told) -> told - known > 0 ? told : known);
        WAITED.get().put(host, latest);
    }

    /** What this thread has to wait before it asks the host; told once. */
    static Duration left(URI uri) {
        String host = host(uri);
        Long end = ENDS.get(host);
        if (end == null || end.equals(WAITED.get().get(host))) {
            return Duration.ZERO;
        }
        long left = end - System.nanoTime();
        if (left <= 0) {
            ENDS.remove(host, end);
            return Duration.ZERO;
        }
        WAITED.get().put(host, end);
        return Duration.ofNanos(left);
    }

    private static String host(URI uri) {
        return String.valueOf(uri.getRawAuthority());
    }
}
