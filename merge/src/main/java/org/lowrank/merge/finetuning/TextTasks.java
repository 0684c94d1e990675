package org.lowrank.merge.finetuning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;

/**
 * One draw of tasks on four texts. The tokens in use are divided into two halves of like frequencies. Task one tells texts 0 and
 * 1 from 2 and 3 by windows of the first half's tokens; task two tells 0 and 2 from 1 and 3, once by tokens of the second half
 * (disjoint vocabulary), once by tokens of the first half (shared vocabulary, other windows than task one's).
 *
 * @param first task one
 * @param disjoint task two on the other half
 * @param shared task two on the same half
 */
record TextTasks(Split first, Split disjoint, Split shared) {
    private static final int TEXTS = FinetuningSettings.Data.TEXTS;

    /** A task with as many windows of the same kind that are not trained on. */
    record Split(LabelledTexts trained, LabelledTexts heldOut) {}

    /**
     * Draws them.
     *
     * @throws IllegalArgumentException if a text is too short for as many windows
     */
    static TextTasks draw(TokenTexts tokens, FinetuningSettings.Data data, long seed, int draw) {
        boolean[] firstHalf = halves(tokens, new RandomStream(Seeds.of(seed, draw, 0, Seeds.Use.SAMPLE)));
        int perText = data.samples() / TEXTS;
        List<List<int[]>> first = new ArrayList<>();
        List<List<int[]>> second = new ArrayList<>();
        for (int text = 0; text < TEXTS; text++) {
            RandomStream order = new RandomStream(Seeds.of(seed, draw, text, Seeds.Use.INPUTS));
            first.add(windows(tokens, text, firstHalf, true, data, 4 * perText, order));
            second.add(windows(tokens, text, firstHalf, false, data, 2 * perText, order));
        }
        return new TextTasks(
                new Split(task(first, 0, perText, 1), task(first, perText, perText, 1)),
                new Split(task(second, 0, perText, 2), task(second, perText, perText, 2)),
                new Split(task(first, 2 * perText, perText, 2), task(first, 3 * perText, perText, 2)));
    }

    /** Which rows belong to the first half: of two neighbours in frequency one each. */
    private static boolean[] halves(TokenTexts tokens, RandomStream random) {
        int[] uses = new int[tokens.ids().length];
        tokens.texts().forEach(text -> Arrays.stream(text).forEach(row -> uses[row]++));
        List<Integer> byUse = IntStream.range(0, uses.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer row) -> -uses[row]))
                .toList();
        boolean[] first = new boolean[uses.length];
        for (int i = 0; i < byUse.size(); i += 2) {
            boolean even = random.below(2) == 0;
            first[byUse.get(i)] = even;
            if (i + 1 < byUse.size()) {
                first[byUse.get(i + 1)] = !even;
            }
        }
        return first;
    }

    /** Windows of a text's tokens of one half, one after the other, in random order. */
    private static List<int[]> windows(
            TokenTexts tokens,
            int text,
            boolean[] firstHalf,
            boolean half,
            FinetuningSettings.Data data,
            int wanted,
            RandomStream order) {
        int[] kept = Arrays.stream(tokens.texts().get(text))
                .filter(row -> firstHalf[row] == half)
                .toArray();
        int length = data.tokens();
        int count = kept.length / length;
        if (count < wanted) {
            throw new IllegalArgumentException("text is too short: "
                    + data.texts().get(text) + ": " + kept.length
                    + " tokens of one half of the vocabulary, " + (long) wanted * length + " are needed (" + wanted
                    + " windows of " + length + "); give a longer text, fewer --samples or --tokens");
        }
        int[] which = IntStream.range(0, count).toArray();
        order.shuffle(which);
        List<int[]> windows = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            windows.add(around(tokens, Arrays.copyOfRange(kept, which[i] * length, (which[i] + 1) * length)));
        }
        return windows;
    }

    private static int[] around(TokenTexts tokens, int[] window) {
        return IntStream.concat(
                        IntStream.concat(Arrays.stream(tokens.before()), Arrays.stream(window)),
                        Arrays.stream(tokens.after()))
                .toArray();
    }

    /** Windows from, …, from + perText − 1 of every text; task one's labels or task two's. */
    private static LabelledTexts task(List<List<int[]>> ofTexts, int from, int perText, int task) {
        List<int[]> windows = new ArrayList<>();
        float[] labels = new float[TEXTS * perText];
        for (int text = 0; text < TEXTS; text++) {
            for (int i = 0; i < perText; i++) {
                int bit = task == 1 ? text / 2 : text % 2;
                labels[windows.size()] = bit == 0 ? 1 : -1;
                windows.add(ofTexts.get(text).get(from + i));
            }
        }
        return new LabelledTexts(windows, labels);
    }
}
