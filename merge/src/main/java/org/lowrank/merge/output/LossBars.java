package org.lowrank.merge.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.merge.prediction.TaskLosses;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;

/** The bars of the paper's Figure 3 on a real model: for each text what base, parts and the merged model lose, from zero. */
final class LossBars {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final double HALF_WIDTH = 0.4;

    private LossBars() {}

    static FigureSection of(List<TaskLosses> all) {
        int texts = all.get(0).losses().size();
        List<Panel> panels = new ArrayList<>();
        for (int text = 0; text < texts; text++) {
            List<Series> bars = new ArrayList<>();
            int parts = 0;
            for (int i = 0; i < all.size(); i++) {
                String name = all.get(i).role().equals("part")
                        ? letter(parts++)
                        : all.get(i).role();
                bars.add(bar(name, i + 1, all.get(i).losses().get(text)));
            }
            panels.add(new Panel(
                    "bars-" + text,
                    "Text " + letter(text),
                    new Axis("Model, in the order of the table below", false, false),
                    new Axis("Loss, nats a token", false, false),
                    bars));
        }
        return new FigureSection(
                "loss-bars",
                "Loss of base, parts and merged model",
                "Where adding keeps what both learnt, the merged model's bar is as low on each text as that of the part which learnt "
                        + "its task: " + names(all) + ".",
                2,
                panels);
    }

    /** From 0 to the loss. */
    private static Series bar(String name, int place, double loss) {
        double[] edges = {place - HALF_WIDTH, place + HALF_WIDTH};
        return Series.area(name, edges, new double[] {0, 0}, new double[] {loss, loss});
    }

    private static String names(List<TaskLosses> all) {
        List<String> names = new ArrayList<>();
        for (TaskLosses losses : all) {
            if (losses.role().equals("part")) {
                names.add(letter(names.size()) + " is " + losses.model());
            }
        }
        return String.join(", ", names);
    }

    private static String letter(int i) {
        return LETTERS.substring(i % LETTERS.length(), i % LETTERS.length() + 1);
    }
}
