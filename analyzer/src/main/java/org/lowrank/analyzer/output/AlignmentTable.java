package org.lowrank.analyzer.output;

import static org.lowrank.analyzer.output.Cells.number;
import static org.lowrank.analyzer.output.Cells.text;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.analyzer.comparison.AdapterAlignment;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.TableSection;

/** The table of an adapter beside its base. */
final class AlignmentTable {
    private AlignmentTable() {}

    /** One row per matrix; none where neither model is an adapter. */
    static List<Section> of(ComparisonResult result) {
        List<List<Cell>> rows = new ArrayList<>();
        for (MatrixPair pair : result.pairs()) {
            AdapterAlignment own = pair.alignment();
            if (own != null) {
                rows.add(List.of(
                        text(pair.id().stack()),
                        text(pair.id().layerText()),
                        text(pair.id().matrix()),
                        number(own.rank(), 0),
                        number(own.outputSpaceInBase(), 3),
                        number(own.outputEnergyInBase(), 3),
                        number(own.randomOutputSpaceInBase(), 3),
                        number(own.inputSpaceInBase(), 3),
                        number(own.inputEnergyInBase(), 3),
                        number(own.randomInputSpaceInBase(), 3),
                        number(own.newDirections(), 0),
                        number(own.nullNewDirections(), 0)));
            }
        }
        if (rows.isEmpty()) {
            return List.of();
        }
        return List.of(new TableSection(
                "alignment",
                "The adapter in its base",
                "How much of what B writes and A reads lies in the base's k leading directions: of the space (every direction"
                        + " counts the same), of the energy (weighted by ΔW's singular values), and of random factors (k/m, k/n)."
                        + " New directions: of the k leading ones of W + ΔW those with a cosine below 0.5 with each of W's k"
                        + " leading ones, at least the intruder dimensions of Shuttleworth et al. (2024), who compare with all of"
                        + " W's; beside it the same for random factors of the same Frobenius norm.",
                List.of(
                        new Column("Stack", false),
                        new Column("Layer", true),
                        new Column("Matrix", false),
                        new Column("Rank", true),
                        new Column("Output space", true),
                        new Column("Output energy", true),
                        new Column("random", true),
                        new Column("Input space", true),
                        new Column("Input energy", true),
                        new Column("random", true),
                        new Column("New directions", true),
                        new Column("of random factors", true)),
                rows,
                true));
    }
}
