package org.lowrank.weights.format;

import java.util.List;
import java.util.Locale;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** Names of files: those written in a model's own files are not to be trusted. */
final class FileNames {
    private static final int FEW = 5;

    private FileNames() {}

    static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The folder with '/', empty at the top. */
    static String folder(String name) {
        return name.substring(0, name.lastIndexOf('/') + 1);
    }

    /** The last segment in lower case. */
    static String base(String name) {
        return lower(name.substring(name.lastIndexOf('/') + 1));
    }

    /** The first few, and whether there are more. */
    static String few(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(FEW, names.size()))) + (names.size() > FEW ? ", …" : "");
    }

    /** A relative name below the folder of {@code from}, under POSIX and Windows rules alike. */
    static String safe(String name, String from) throws MalformedWeightsException {
        String[] segments = name.split("[/\\\\]", -1);
        boolean unsafe = name.isEmpty() || name.startsWith("/") || name.startsWith("\\") || name.contains(":");
        for (String segment : segments) {
            unsafe |= segment.equals("..") || segment.isEmpty();
        }
        if (unsafe || name.indexOf('\0') >= 0) {
            throw new MalformedWeightsException(
                    Flaw.REFUSED,
                    "unsafe file name: " + from + ": it names '" + name.replace('\0', '?')
                            + "'; only files beside it may be named, do not trust this model");
        }
        return name;
    }

    /** A bare file name, as in the weight map of an index. */
    static String bare(String name, String from) throws MalformedWeightsException {
        if (name.contains("/") || name.contains("\\") || name.equals(".")) {
            throw new MalformedWeightsException(
                    Flaw.REFUSED,
                    "unsafe file name: " + from + ": it names '" + name
                            + "'; only files beside it may be named, do not trust this model");
        }
        return safe(name, from);
    }
}
