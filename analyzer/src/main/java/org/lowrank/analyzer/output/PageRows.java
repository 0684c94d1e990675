package org.lowrank.analyzer.output;

import java.util.List;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;

/**
 * Rows a page carries of very many: the files beside it have all of them.
 *
 * @param rows those in the page
 * @param note what is left out, empty where nothing is
 */
record PageRows(List<MatrixMeasurement> rows, String note) {
    /** A table of more is slow to open and read by nobody. */
    static final int MOST = 2000;

    /** Single experts are left out first; their maps and matrices.csv have them. */
    static PageRows of(List<MatrixMeasurement> all) {
        if (all.size() <= MOST) {
            return new PageRows(all, "");
        }
        List<MatrixMeasurement> rest = all.stream()
                .filter(row -> row.id().member().type() != MatrixId.Member.Type.EXPERT)
                .toList();
        List<MatrixMeasurement> shown = rest.subList(0, Math.min(rest.size(), MOST));
        return new PageRows(
                shown,
                " " + Cells.count(shown.size()) + " of " + Cells.count(all.size()) + " matrices"
                        + (rest.size() < all.size() ? ", single experts left out" : "")
                        + "; matrices.csv has them all.");
    }
}
