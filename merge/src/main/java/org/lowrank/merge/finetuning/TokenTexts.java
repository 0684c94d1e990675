package org.lowrank.merge.finetuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Texts as rows of a table that holds the tokens in use only.
 *
 * @param ids the model's id of each row
 * @param texts rows of each text, without the tokens around it
 * @param before rows of the tokens that the model wants before a text
 * @param after and after it
 */
public record TokenTexts(int[] ids, List<int[]> texts, int[] before, int[] after) {
    /** Gives every id in use a row, in the order of the ids. */
    public static TokenTexts of(List<int[]> texts, int[] before, int[] after) {
        TreeMap<Integer, Integer> rows = new TreeMap<>();
        List<int[]> all = new ArrayList<>(texts);
        all.add(before);
        all.add(after);
        for (int[] some : all) {
            for (int id : some) {
                rows.put(id, 0);
            }
        }
        int row = 0;
        for (Map.Entry<Integer, Integer> entry : rows.entrySet()) {
            entry.setValue(row++);
        }
        return new TokenTexts(
                rows.keySet().stream().mapToInt(id -> id).toArray(),
                texts.stream().map(text -> inRows(text, rows)).toList(),
                inRows(before, rows),
                inRows(after, rows));
    }

    private static int[] inRows(int[] ids, Map<Integer, Integer> rows) {
        int[] found = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            found[i] = rows.getOrDefault(ids[i], -1);
        }
        return found;
    }
}
