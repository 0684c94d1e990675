package org.lowrank.cli;

import java.util.Locale;

/** Numbers of bytes as people write them: 5GB, 500MB, 1.5GiB; and read them: 1.43 GB, 12.3 kB. */
final class ByteSize {
    private static final String UNITS = "kMGT";

    private ByteSize() {}

    /** Three digits in the unit that fits, of a thousand. */
    static String text(long bytes) {
        double value = bytes;
        int unit = -1;
        while (value >= 999.5 && unit < UNITS.length() - 1) {
            value /= 1000;
            unit++;
        }
        if (unit < 0) {
            return bytes + " B";
        }
        int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f %cB", value, UNITS.charAt(unit));
    }

    /**
     * Reads one.
     *
     * @param option it is the value of
     * @param usual what the option is where it is left out, for the message
     */
    static long parse(String option, String text, String usual) throws UsageException {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        if (!upper.matches("\\d{1,9}(\\.\\d+)?([KMGT]I?B?|B)?")) {
            throw new UsageException(option + ": " + text + ": not a size; give for instance 5GB or 500MB");
        }
        String unit = upper.replaceFirst("^[\\d.]+", "");
        double factor =
                Math.pow(unit.contains("I") ? 1024 : 1000, unit.isEmpty() ? 0 : "BKMGT".indexOf(unit.charAt(0)));
        double bytes = Double.parseDouble(upper.replaceFirst("[KMGTIB]+$", "")) * factor;
        if (bytes < 1 || bytes > 1e15) {
            throw new UsageException(option + ": " + text + ": out of range; the default is " + usual);
        }
        return (long) bytes;
    }
}
