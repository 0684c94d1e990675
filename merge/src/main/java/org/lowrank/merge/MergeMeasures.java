package org.lowrank.merge;

import java.util.List;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.merge.prediction.MergePredictor;

/**
 * What is measured beside merging.
 *
 * @param predict how the task vectors lie to one another, before; always in a dry run
 * @param verify the merged matrices, after
 * @param directions leading directions compared
 * @param selection matrices measured
 * @param texts one of each task, whose losses the base, the parts and the merged model are asked for; may be empty
 */
public record MergeMeasures(
        boolean predict, boolean verify, int directions, LayerSelection selection, List<String> texts) {
    /** Nothing. */
    public static final MergeMeasures NONE = of(false, false);

    public MergeMeasures {
        texts = List.copyOf(texts);
    }

    /** Of all matrices, without texts. */
    public static MergeMeasures of(boolean predict, boolean verify) {
        return new MergeMeasures(predict, verify, MergePredictor.DEFAULT_DIRECTIONS, LayerSelection.ALL, List.of());
    }

    /** The same with so many directions. */
    public MergeMeasures withDirections(int count) {
        return new MergeMeasures(predict, verify, count, selection, texts);
    }

    /** The same of these matrices only. */
    public MergeMeasures withSelection(LayerSelection wanted) {
        return new MergeMeasures(predict, verify, directions, wanted, texts);
    }

    /** The same with texts of the tasks. */
    public MergeMeasures withTexts(List<String> ofTasks) {
        return new MergeMeasures(predict, verify, directions, selection, ofTasks);
    }
}
