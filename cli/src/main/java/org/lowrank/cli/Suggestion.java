package org.lowrank.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.CachedModels;
import org.lowrank.weights.maven.KnownModels;

/** What somebody who mistyped a word may have meant. */
final class Suggestion {
    private static final Pattern NOT_FOUND =
            Pattern.compile("^(?:model not found|not cached): ([A-Za-z0-9._/-]{3,200})[:@ ]");

    /** Letters a model's name may be off: names are long, and models of a family differ by few. */
    private static final int MOST_IN_MODEL = 3;

    private Suggestion() {}

    /** {@code ; did you mean 'x'?} with the nearest of the words, or nothing where none is near. */
    static String of(String word, Collection<String> known) {
        String nearest = nearest(word, known);
        return nearest.isEmpty() ? "" : "; did you mean '" + nearest + "'?";
    }

    /** What was meant by a model that was not found: one whose weights are known, or that lies in the cache. */
    static String ofModel(String message) {
        Matcher named = NOT_FOUND.matcher(message);
        if (!named.find()) {
            return "";
        }
        List<String> known = new ArrayList<>(KnownModels.all().keySet());
        known.addAll(CachedModels.names(SourceOptions.defaults()));
        String asked = named.group(1);
        boolean owned = asked.indexOf('/') >= 0;
        List<String> near = known.stream()
                .filter(name -> !name.equalsIgnoreCase(asked))
                .filter(name -> distance(
                                asked.toLowerCase(Locale.ROOT),
                                (owned ? name : name.substring(name.indexOf('/') + 1)).toLowerCase(Locale.ROOT))
                        <= MOST_IN_MODEL)
                .toList();
        return near.isEmpty() ? "" : "; did you mean '" + near.get(0) + "'?";
    }

    /** The nearest word at most a third of its length away in changes of one letter, case apart; empty where none is. */
    static String nearest(String word, Collection<String> known) {
        String wanted = word.toLowerCase(Locale.ROOT);
        return known.stream()
                .filter(one -> !one.equals(word))
                .filter(one -> distance(wanted, one.toLowerCase(Locale.ROOT)) <= Math.max(1, one.length() / 3))
                .min(Comparator.comparingInt((String one) -> distance(wanted, one.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse("");
    }

    /** Letters added, left out, changed, or exchanged with their neighbour (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(d[i - 1][j - 1] + changed, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
