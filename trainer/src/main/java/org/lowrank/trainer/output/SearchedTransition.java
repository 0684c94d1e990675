package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.machine.statistics.LeastSquares;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.TransitionSearch;

/**
 * What a search of λ_c by bisection found at one depth. At a continuous (pitchfork) transition the norm goes to 0 like √d, d =
 * 1 − λ/λ_c; at a jump (saddle-node) it goes to n₀ + c√d with n₀ &gt; 0. So draw by draw the first layer's norm is fitted by
 * a line in √d, and the share of the intercept in the norm at the largest d tells the two apart.
 */
final class SearchedTransition {
    /** A share is a jump above this and none below; the nearest network measured has √(0.02/0.16) = 0.35 where there is none. */
    private static final double JUMP = 0.25;

    private final String depth;
    private final List<Draw> draws = new ArrayList<>();

    /**
     * One draw's.
     *
     * @param critical λ_c, the middle of the bracket; NaN where there is none
     * @param resolution half the bracket's width over λ_c
     * @param norms of the first layer at the {@link TransitionSearch#DISTANCES}
     */
    private record Draw(double critical, double resolution, double[] norms) {
        /** The intercept of the least-squares line over the norm at the largest distance. */
        double intercept() {
            double[] x =
                    TransitionSearch.DISTANCES.stream().mapToDouble(Math::sqrt).toArray();
            return LeastSquares.through(x, norms).intercept() / norms[norms.length - 1];
        }

        double[] shares() {
            double[] shares = norms.clone();
            for (int i = 0; i < shares.length; i++) {
                shares[i] /= norms[norms.length - 1];
            }
            return shares;
        }
    }

    private SearchedTransition(GridSettings settings, CurveSet curves, double value) {
        depth = settings.condition(value);
        List<Curve> norms = curves.at(TransitionSearch.condition(depth), Quantity.FROBENIUS_NORM.at(1));
        for (int draw = 0; draw < settings.draws(); draw++) {
            int own = draw;
            draws.add(draw(norms.stream().filter(curve -> curve.draw() == own).toList()));
        }
    }

    /** Empty where a saved result is of a version that did not search. */
    static List<SearchedTransition> all(GridSettings settings, CurveSet curves) {
        return settings.values().stream()
                .filter(value -> !curves.at(
                                TransitionSearch.condition(settings.condition(value)), Quantity.FROBENIUS_NORM.at(1))
                        .isEmpty())
                .map(value -> new SearchedTransition(settings, curves, value))
                .toList();
    }

    private static Draw draw(List<Curve> norms) {
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        for (Curve norm : norms) {
            if (TransitionSearch.collapses(norm.steps(), norm.values())) {
                high = Math.min(high, norm.lambda());
            } else {
                low = Math.max(low, norm.lambda());
            }
        }
        double critical = low < high && high < Double.POSITIVE_INFINITY ? (low + high) / 2 : Double.NaN;
        double[] at = new double[TransitionSearch.DISTANCES.size()];
        for (int i = 0; i < at.length; i++) {
            double wanted = critical * (1 - TransitionSearch.DISTANCES.get(i));
            at[i] = norms.stream()
                    .filter(norm -> Math.abs(norm.lambda() - wanted) <= 1e-12 * wanted)
                    .mapToDouble(Curve::last)
                    .findFirst()
                    .orElse(Double.NaN);
        }
        return new Draw(critical, (high - low) / 2 / critical, at);
    }

    Finding finding() {
        Interval intercept =
                Interval.of(draws.stream().mapToDouble(Draw::intercept).toArray());
        Interval critical =
                Interval.of(draws.stream().mapToDouble(Draw::critical).toArray());
        double resolution = draws.stream()
                .mapToDouble(Draw::resolution)
                .filter(r -> !Double.isNaN(r))
                .max()
                .orElse(Double.NaN);
        boolean jump = intercept.low() > JUMP;
        boolean told = intercept.decides() && (jump || intercept.high() < JUMP);
        return Finding.of(
                GridView.ID + "/" + depth + "/transition",
                told ? Verdict.INFORMATION : Verdict.UNDECIDED,
                intercept.draws() == 0 ? "–" : NumberText.percent(intercept.mean()),
                intercept.draws() == 0
                        ? depth + ": no draw has a λ above which it collapses."
                        : depth + ": networks collapse above λ = " + NumberText.of(critical.mean())
                                + " on average, and towards it "
                                + (!told
                                        ? "it is not decided whether the first layer's norm goes to 0"
                                        : jump
                                                ? "the first layer keeps " + NumberText.percent(intercept.mean())
                                                        + " of its norm 16 % below: a jump"
                                                : "the first layer's norm goes to 0 like √(1 − λ/λ_c): a continuous"
                                                        + " transition")
                                + ".",
                "λ_c " + critical.text() + ", draw by draw to ±" + NumberText.significant(100 * resolution, 1)
                        + " % at most. Norm over that at λ = 0.84 λ_c: " + shares() + "; by a line in √(1 − λ/λ_c) "
                        + intercept.text() + " at λ_c. A continuous transition has 0 there and 0.35 at 0.98 λ_c.",
                intercept.draws() == 0
                        ? Map.of()
                        : Map.of("critical_lambda", critical.mean(), "norm_share_at_critical", intercept.mean()));
    }

    private String shares() {
        List<String> parts = new ArrayList<>();
        for (int i = TransitionSearch.DISTANCES.size() - 2; i >= 0; i--) {
            int at = i;
            parts.add(Interval.of(draws.stream()
                                    .mapToDouble(draw -> draw.shares()[at])
                                    .toArray())
                            .text() + " at " + NumberText.decimals(1 - TransitionSearch.DISTANCES.get(i), 2));
        }
        return String.join(", ", parts);
    }

    /** The norm over the distance, a line per depth. */
    static Panel panel(List<SearchedTransition> depths) {
        double[] x = TransitionSearch.DISTANCES.stream().mapToDouble(d -> d).toArray();
        List<Series> series = new ArrayList<>();
        for (SearchedTransition of : depths) {
            List<double[]> values = new ArrayList<>();
            for (int i = 0; i < x.length; i++) {
                int at = i;
                values.add(
                        of.draws.stream().mapToDouble(draw -> draw.shares()[at]).toArray());
            }
            series.addAll(Lines.medians(of.depth, x, values, Style.SOLID));
        }
        double[] root = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            root[i] = Math.sqrt(x[i] / x[x.length - 1]);
        }
        series.add(new Series("√(1 − λ/λ_c)", x, root, null, Style.DOTTED));
        return new Panel(
                GridView.ID + "-approach",
                "Norm of the first layer towards the transition, searched draw by draw",
                new Axis("1 − λ/λ_c", true, true),
                new Axis("‖W_1‖_F over that 16 % below", true, true),
                series);
    }
}
