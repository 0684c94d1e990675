package org.lowrank.merge.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.merge.prediction.TaskLosses;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.TableSection;

/** The losses of base, parts and merged model on a text of each task; {@link LossBars} as numbers. */
final class LossSection {
    private LossSection() {}

    static TableSection of(List<TaskLosses> all) {
        List<List<Cell>> rows = new ArrayList<>();
        for (TaskLosses losses : all) {
            List<Cell> row = new ArrayList<>();
            row.add(new Cell(losses.role(), null));
            row.add(new Cell(losses.model(), null));
            for (Double loss : losses.losses()) {
                row.add(loss.isNaN() ? new Cell("", null) : new Cell(NumberText.significant(loss, 5), loss));
            }
            rows.add(row);
        }
        return new TableSection(
                "losses",
                "Loss on each task",
                "Nats a token, "
                        + (all.get(0).kind().equals("masked")
                                ? "of every seventh token, masked"
                                : "of every next token")
                        + ". The base has learnt neither task: a part is worth what it is below the base on its own text, and"
                        + " the merged model what it keeps of that.",
                List.of(
                        new Column("Role", false),
                        new Column("Model", false),
                        new Column("Text A", true),
                        new Column("Text B", true)),
                rows,
                false);
    }
}
