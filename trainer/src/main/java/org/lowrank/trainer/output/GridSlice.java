package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/**
 * The curves of one λ and overlap, over the values of the axis.
 *
 * @param settings of the experiment
 * @param curves all of them
 * @param lambda λ
 * @param overlap ρ of many tasks' inputs, 0 for the other axes
 */
record GridSlice(GridSettings settings, CurveSet curves, double lambda, double overlap) {
    static List<GridSlice> all(GridSettings settings, CurveSet curves) {
        List<GridSlice> slices = new ArrayList<>();
        for (double overlap : settings.overlaps()) {
            for (double lambda : settings.weightDecays()) {
                slices.add(new GridSlice(settings, curves, lambda, overlap));
            }
        }
        return slices;
    }

    /** The id of its figure. */
    String id() {
        return GridView.ID + "-" + Double.toString(lambda).replace('.', '_')
                + (overlap == 0 ? "" : "-overlap-" + Double.toString(overlap).replace('.', '_'));
    }

    String title() {
        return "λ = " + NumberText.exact(lambda) + (overlap == 0 ? "" : ", overlap ρ = " + NumberText.exact(overlap));
    }

    List<String> conditions() {
        return settings.values().stream()
                .map(value -> settings.condition(new GridSettings.Cell(value, overlap)))
                .toList();
    }

    boolean has(Quantity quantity) {
        return curves.has(conditions().get(0), lambda, quantity.alone());
    }

    /** A quantity at every value. */
    List<CurveSet.Draws> all(Quantity quantity) {
        return conditions().stream()
                .map(condition -> curves.get(condition, lambda, quantity.alone()))
                .toList();
    }

    List<CurveSet.Draws> ratios(Quantity numerator, Quantity denominator) {
        List<CurveSet.Draws> above = all(numerator);
        List<CurveSet.Draws> below = all(denominator);
        List<CurveSet.Draws> ratios = new ArrayList<>();
        for (int i = 0; i < above.size(); i++) {
            ratios.add(above.get(i).combine(below.get(i), (a, b) -> a / b));
        }
        return ratios;
    }

    /** At the end, of draws whose first network did not collapse; the others NaN. */
    double[] last(CurveSet.Draws draws, int value) {
        return Fate.only(draws.at(draws.last()), fates(value), Fate.FITTED, Fate.MOVING);
    }

    List<Fate> fates(int value) {
        String condition = conditions().get(value);
        return Fate.of(curves, condition, lambda, Subject.ALONE, layers(curves, condition, lambda));
    }

    /** How many matrices the networks of a condition have. */
    static int layers(CurveSet curves, String condition, double lambda) {
        int layers = 0;
        while (curves.has(condition, lambda, Quantity.FROBENIUS_NORM.at(layers + 1))) {
            layers++;
        }
        return layers;
    }

    /** The mean over hidden matrices of ln of the stable rank at the end, draw by draw. */
    double[] logRank(int value) {
        String condition = conditions().get(value);
        int hidden = layers(curves, condition, lambda) - 1;
        double[] mean = new double[settings.draws()];
        for (int k = 1; k <= hidden; k++) {
            CurveSet.Draws rank = curves.get(condition, lambda, Quantity.STABLE_RANK.at(k));
            double[] last = last(rank, value);
            for (int draw = 0; draw < mean.length; draw++) {
                mean[draw] += Math.log(last[draw]) / hidden;
            }
        }
        return mean;
    }
}
