package org.lowrank.analyzer.comparison;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.finding.Finding;

/**
 * What was found of two models.
 *
 * @param matricesA rows of A
 * @param matricesB rows of B
 * @param pairs matrices both have, in A's order
 * @param unmatched matrices only one has
 * @param layerDistances of stacks of different depth
 * @param findings with their numbers
 */
public record Comparison(
        List<MatrixMeasurement> matricesA,
        List<MatrixMeasurement> matricesB,
        List<MatrixPair> pairs,
        List<Unmatched> unmatched,
        List<LayerDistances> layerDistances,
        List<Finding> findings) {
    /**
     * A matrix without a partner.
     *
     * @param model the one that has it
     * @param inA whether that is A
     * @param id which matrix
     * @param reason why it is not compared
     */
    public record Unmatched(
            String model, boolean inA, @JsonUnwrapped MatrixId id, long rows, long cols, String reason) {}
}
