package org.lowrank.trainer.theory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.Verdict;

/**
 * A check's figure, a panel per reading: both sides over time in the run that decides, the side that the relation forbids, the
 * instant that is judged, and thinly the same sides in the other draws that are judged.
 */
final class CheckFigure {
    private static final String LEFT = "left side";
    private static final String RIGHT = "right side";
    private static final String FORBIDDEN = "forbidden side";

    private final CheckResult check;
    private final Claim claim;
    private final Verdict verdict;

    private CheckFigure(CheckResult check, int index) {
        this.check = check;
        this.claim = check.readings().get(index).claim();
        this.verdict = check.readings().get(index).verdict();
    }

    static FigureSection of(CheckResult check) {
        List<Panel> panels = new ArrayList<>();
        for (int i = 0; i < check.readings().size(); i++) {
            Panel panel = new CheckFigure(check, i).panel(check.id() + "-" + i);
            if (panel != null) {
                panels.add(panel);
            }
        }
        return new FigureSection(
                check.id(),
                Words.headline(check),
                "Of each reading, both sides in the run that decides its verdict, ringed where it is judged: at the first violation,"
                        + " where the sides come closest, or for a limit at the last step. Shaded: where the left side may not"
                        + " be, for a limit at its end only. Thin: both sides in the other draws that meet the assumptions, each of which has a shaded"
                        + " side of its own.",
                Math.min(2, Math.max(1, panels.size())),
                panels);
    }

    private @Nullable Panel panel(String id) {
        Curve left = curve(verdict.at().draw(), claim.left());
        Curve right = curve(verdict.at().draw(), claim.right());
        if (left == null || right == null) {
            return null;
        }
        boolean logarithms = claim.scale() == Claim.Scale.LOGARITHM;
        boolean positive = !logarithms && positive(left) && positive(right);
        List<Series> series = new ArrayList<>();
        Series bound = series(RIGHT, right, positive, Style.DOTTED);
        Series own = series(LEFT, left, positive, Style.SOLID);
        series.add(ringed(own));
        series.add(bound);
        Curve trivial = curve(verdict.at().draw(), claim.trivial());
        if (trivial != null && claim.relation() != Claim.Relation.EQUAL) {
            series.add(series("any weights", trivial, positive, Style.DASHED));
        }
        if (claim.relation() != Claim.Relation.EQUAL) {
            series.add(forbidden(bound));
        }
        series.addAll(otherDraws(positive));
        return new Panel(
                id,
                claim.formula() + " — " + claim.id() + ", " + Words.word(verdict) + " (" + Words.run(verdict) + ")",
                new Axis(check.timePerStep() != 1 ? "time" : "step", true, true),
                new Axis(logarithms ? "natural logarithm of the sides" : "sides", positive, positive),
                series);
    }

    private @Nullable Curve curve(int draw, String metric) {
        return check.curve(verdict.at().condition(), draw, verdict.at().lambda(), metric);
    }

    /** Where the verdict's instant is among the points; nowhere at step 0, which a logarithmic axis cannot show. */
    private Series ringed(Series side) {
        int judged = Arrays.binarySearch(side.x(), verdict.at().step() * check.timePerStep());
        return judged < 0 ? side : side.ringing(Set.of(judged));
    }

    /** A limit forbids nothing before it is reached: of it the last stretch is shaded. */
    private Series forbidden(Series bound) {
        double[] y = bound.y().clone();
        if (claim.moment() == Claim.Moment.LAST_STEP) {
            Arrays.fill(y, 0, Math.max(0, y.length - 2), Double.NaN);
        }
        return Series.forbidden(FORBIDDEN, bound.x(), y, claim.relation() == Claim.Relation.AT_MOST);
    }

    private List<Series> otherDraws(boolean positive) {
        List<Series> series = new ArrayList<>();
        int draws = check.curves().stream().mapToInt(Curve::draw).max().orElse(0);
        for (int draw = 0; draw <= draws; draw++) {
            Curve left = draw == verdict.at().draw() || !isJudged(draw) ? null : curve(draw, claim.left());
            Curve right = left == null ? null : curve(draw, claim.right());
            if (left != null && right != null) {
                series.add(series(LEFT, left, positive, Style.THIN));
                series.add(series(RIGHT, right, positive, Style.THIN));
            }
        }
        return series;
    }

    /** A run that does not meet the assumptions may well be on the forbidden side. */
    private boolean isJudged(int draw) {
        Curve met = curve(draw, Evidence.ASSUMPTIONS_MET);
        return met == null || Arrays.stream(met.values()).noneMatch(value -> value == 0);
    }

    private static boolean positive(Curve curve) {
        return Arrays.stream(curve.values()).allMatch(value -> value >= 0)
                && Arrays.stream(curve.values()).anyMatch(value -> value > 0);
    }

    /** Without step 0, which a logarithmic axis cannot show; zeros and infinities are left out likewise. */
    private Series series(String name, Curve curve, boolean logarithmic, Style style) {
        int from = curve.steps().length > 0 && curve.steps()[0] <= 0 ? 1 : 0;
        int count = curve.steps().length - from;
        double[] x = new double[count];
        double[] y = new double[count];
        for (int i = 0; i < count; i++) {
            double value = curve.values()[from + i];
            x[i] = curve.steps()[from + i] * check.timePerStep();
            y[i] = Double.isFinite(value) && !(logarithmic && value <= 0) ? value : Double.NaN;
        }
        return new Series(name, x, y, null, style);
    }
}
