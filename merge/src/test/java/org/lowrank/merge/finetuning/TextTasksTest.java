package org.lowrank.merge.finetuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.lowrank.trainer.experiment.FinetuningSettings;

class TextTasksTest {
    private static final FinetuningSettings.Data DATA = new FinetuningSettings.Data(List.of("a", "b", "c", "d"), 8, 5);

    /** Four texts of 300 tokens 10 to 49; 101 before and 102 after, as BERT has it. */
    private static TokenTexts texts(int length) {
        Random random = new Random(1);
        List<int[]> texts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            texts.add(random.ints(length, 10, 50).toArray());
        }
        return TokenTexts.of(texts, new int[] {101}, new int[] {102});
    }

    @Test
    void everyIdInUseHasOneRow() {
        TokenTexts tokens = texts(300);
        assertThat(tokens.ids()).hasSize(42).contains(10, 49, 101, 102).isSorted();
        assertThat(tokens.ids()[tokens.before()[0]]).isEqualTo(101);
        assertThat(tokens.ids()[tokens.after()[0]]).isEqualTo(102);
    }

    @Test
    void disjointTasksShareNoTokenButThoseAroundAndSharedOnesDo() {
        TokenTexts tokens = texts(300);
        TextTasks tasks = TextTasks.draw(tokens, DATA, 3, 0);
        Set<Integer> around = Set.of(tokens.before()[0], tokens.after()[0]);
        Set<Integer> first = used(tasks.first());
        Set<Integer> disjoint = used(tasks.disjoint());
        disjoint.retainAll(first);
        assertThat(disjoint).isEqualTo(around);
        Set<Integer> shared = used(tasks.shared());
        shared.removeAll(first);
        assertThat(shared).hasSizeLessThan(4); // one half of 40 tokens, nearly all of it used by both
    }

    @Test
    void tasksAreBalancedTheirLabelsUnrelatedAndNoWindowIsUsedTwice() {
        TextTasks tasks = TextTasks.draw(texts(300), DATA, 3, 1);
        // texts a, a, b, b, c, c, d, d
        assertThat(tasks.first().trained().labels()).containsExactly(1, 1, 1, 1, -1, -1, -1, -1);
        assertThat(tasks.disjoint().trained().labels()).containsExactly(1, 1, -1, -1, 1, 1, -1, -1);
        assertThat(tasks.shared().heldOut().labels()).containsExactly(1, 1, -1, -1, 1, 1, -1, -1);
        List<int[]> windows = new ArrayList<>();
        for (TextTasks.Split split : List.of(tasks.first(), tasks.shared(), tasks.disjoint())) {
            windows.addAll(split.trained().windows());
            windows.addAll(split.heldOut().windows());
        }
        assertThat(windows).hasSize(48).allMatch(window -> window.length == 7);
        assertThat(windows.stream().map(java.util.Arrays::toString).distinct()).hasSize(48);
    }

    @Test
    void aTextThatIsTooShortIsNamedWithWhatItWouldNeed() {
        assertThatThrownBy(() -> TextTasks.draw(texts(20), DATA, 3, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("text is too short: a: \\d+ tokens of one half of the vocabulary, 40 are needed"
                        + " \\(8 windows of 5\\); give a longer text, fewer --samples or --tokens");
    }

    private static Set<Integer> used(TextTasks.Split split) {
        Set<Integer> used = new HashSet<>();
        split.trained().windows().forEach(window -> {
            for (int row : window) {
                used.add(row);
            }
        });
        return used;
    }
}
