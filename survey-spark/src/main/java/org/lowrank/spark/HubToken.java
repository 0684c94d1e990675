package org.lowrank.spark;

import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/**
 * The Hub's access token on its way from the driver to the executors: a setting of the application, which executors ask the driver for
 * when they start (encrypted with {@code spark.network.crypto.enabled} or {@code spark.ssl.rpc.enabled}). Spark redacts it by its name in
 * logs, event logs and the pages and interfaces of its servers. Not in the environment of executors: that goes through master and
 * workers, whose pages redact by settings of their own.
 */
final class HubToken {
    static final String KEY = "spark.lowrank.hub.token";

    private static final String REDACTED = "spark.redaction.regex";
    private static final String USUAL = "(?i)secret|password|token|access[.]?key";

    private HubToken() {}

    /** Hands the token over, and sees to it that Spark redacts it whatever else it was told to redact. */
    static void put(SparkConf settings, String token) {
        settings.set(KEY, token);
        String redacted = settings.get(REDACTED, USUAL);
        if (!Pattern.compile(redacted).matcher(KEY).find()) {
            settings.set(REDACTED, "(?:" + redacted + ")|" + Pattern.quote(KEY));
        }
    }

    /** What the driver handed over; empty where it had none. */
    static Optional<String> get() {
        SparkEnv environment = SparkEnv.get();
        return Optional.ofNullable(
                environment == null ? null : environment.conf().get(KEY, null));
    }
}
