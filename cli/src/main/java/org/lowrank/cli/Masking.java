package org.lowrank.cli;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes out of text what a report of a problem must not hold: secrets, the home directory, the user's name. */
final class Masking {
    private static final Pattern SECRET_NAME =
            Pattern.compile(".*(TOKEN|SECRET|PASSW|PASSPHRASE|KEY|CREDENTIAL|AUTH|COOKIE).*", Pattern.CASE_INSENSITIVE);
    private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/\\s@]*@");
    private static final Pattern QUERY = Pattern.compile("(?<=[?&])([\\w.-]+)=[^&\\s\"']+");
    private static final Pattern SECRET_VALUE = Pattern.compile("\\b(hf_|api_org_|ghp_|github_pat_)\\w{4,}");
    private static final Pattern PROPERTY = Pattern.compile("(-D[\\w.-]+)=(\\S+)");

    private final String home;
    private final String user;

    /** For a user's home and name; empty ones mask nothing. */
    Masking(String home, String user) {
        this.home = home.length() > 1 ? home.replaceFirst("[/\\\\]+$", "") : "";
        this.user = user;
    }

    /** Of whom this process belongs to. */
    static Masking ofProcess(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", System.getProperty("user.home", ""));
        return new Masking(home, System.getProperty("user.name", ""));
    }

    /** Whether a variable of this name holds a secret. */
    static boolean isSecret(String name) {
        return SECRET_NAME.matcher(name).matches();
    }

    /** The value of a variable or property. */
    String value(String name, String value) {
        return isSecret(name) ? "set, not shown" : text(value);
    }

    /** Any text. */
    String text(String text) {
        String masked = USER_INFO.matcher(text).replaceAll("***@");
        masked = QUERY.matcher(masked).replaceAll("$1=***");
        masked = SECRET_VALUE.matcher(masked).replaceAll("$1***");
        masked = PROPERTY.matcher(masked)
                .replaceAll(match -> Matcher.quoteReplacement(
                        match.group(1) + "=" + (isSecret(match.group(1)) ? "***" : match.group(2))));
        if (!home.isEmpty()) {
            masked = masked.replaceAll(Pattern.quote(home) + "(?![\\w.-])", "~");
        }
        return user.isEmpty() || user.toLowerCase(Locale.ROOT).equals("root")
                ? masked
                : masked.replaceAll("(?<![\\w.-])" + Pattern.quote(user) + "(?![\\w.-])", "<user>");
    }
}
