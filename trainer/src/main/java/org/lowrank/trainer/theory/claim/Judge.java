package org.lowrank.trainer.theory.claim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.output.CurvePoint;

/** From recorded points to a verdict, and nothing else: whoever has the CSV can repeat it. */
final class Judge {
    private Judge() {}

    private record Run(String condition, int draw, double lambda) {
        static Run of(CurvePoint point) {
            return new Run(point.condition(), point.draw(), point.lambda());
        }
    }

    private static final class Sides {
        double left = Double.NaN;
        double right = Double.NaN;
    }

    private record Worst(Run run, long step, double slack) {}

    /** The verdict over all runs and for each condition that recorded the claim's sides. */
    static Reading reading(Claim claim, List<CurvePoint> points) {
        Map<String, List<CurvePoint>> conditions = new LinkedHashMap<>();
        for (CurvePoint point : points) {
            conditions
                    .computeIfAbsent(point.condition(), condition -> new ArrayList<>())
                    .add(point);
        }
        List<Reading.OfCondition> verdicts = new ArrayList<>();
        conditions.forEach((condition, own) -> {
            Verdict verdict = of(claim, own);
            if (verdict.runs() + verdict.excluded() > 0) {
                verdicts.add(new Reading.OfCondition(condition, verdict));
            }
        });
        return new Reading(claim, of(claim, points), List.copyOf(verdicts));
    }

    static Verdict of(Claim claim, List<CurvePoint> points) {
        Map<Run, NavigableMap<Long, Sides>> runs = sides(claim, points);
        Set<Run> unmet = new LinkedHashSet<>();
        for (CurvePoint point : points) {
            if (point.metric().equals(Recorder.ASSUMPTIONS_MET) && point.value() == 0) {
                unmet.add(Run.of(point));
            }
        }
        int all = runs.size();
        runs.keySet().removeAll(unmet);
        if (runs.isEmpty()) {
            return new Verdict(Verdict.Outcome.ASSUMPTION_NOT_MET, Double.NaN, "", 0, Double.NaN, 0, 0, all);
        }
        Worst violated = null;
        Worst tightest = null;
        for (Map.Entry<Run, NavigableMap<Long, Sides>> run : runs.entrySet()) {
            NavigableMap<Long, Sides> path = run.getValue();
            boolean limit = claim.moment() == Claim.Moment.LAST_STEP;
            for (Map.Entry<Long, Sides> at : (limit ? path.tailMap(path.lastKey()) : path).entrySet()) {
                double slack = slack(claim, at.getValue().left, at.getValue().right);
                Worst here = new Worst(run.getKey(), at.getKey(), slack);
                if (!(slack >= -claim.tolerance()) && violated == null) {
                    violated = here;
                }
                boolean start = !limit && path.size() > 1 && at.getKey().equals(path.firstKey());
                if ((!start || !(slack >= -claim.tolerance())) && (tightest == null || !(slack >= tightest.slack))) {
                    tightest = here;
                }
            }
        }
        return verdict(violated, tightest, runs.size(), all - runs.size());
    }

    private static Verdict verdict(@Nullable Worst violated, @Nullable Worst tightest, int judged, int excluded) {
        if (tightest == null) {
            throw new IllegalStateException("a run without steps");
        }
        Worst decisive = violated != null ? violated : tightest;
        return new Verdict(
                violated != null ? Verdict.Outcome.VIOLATED : Verdict.Outcome.HOLDS,
                tightest.slack,
                decisive.run.condition,
                decisive.run.draw,
                decisive.run.lambda,
                decisive.step,
                judged,
                excluded);
    }

    private static Map<Run, NavigableMap<Long, Sides>> sides(Claim claim, List<CurvePoint> points) {
        Map<Run, NavigableMap<Long, Sides>> runs = new LinkedHashMap<>();
        for (CurvePoint point : points) {
            boolean left = point.metric().equals(claim.left());
            if (left || point.metric().equals(claim.right())) {
                Sides sides = runs.computeIfAbsent(Run.of(point), run -> new TreeMap<>())
                        .computeIfAbsent(point.step(), step -> new Sides());
                if (left) {
                    sides.left = point.value();
                } else {
                    sides.right = point.value();
                }
            }
        }
        return runs;
    }

    /** NaN where a side is undefined: that is not a claim that holds. */
    static double slack(Claim claim, double left, double right) {
        if (left == right) {
            return 0; // also for two infinities
        }
        double difference = switch (claim.relation()) {
            case AT_MOST -> right - left;
            case AT_LEAST -> left - right;
            case EQUAL -> -Math.abs(left - right);
        };
        if (claim.scale() == Claim.Scale.LOGARITHM || Double.isInfinite(difference)) {
            return difference;
        }
        return difference / Math.max(Math.abs(left), Math.abs(right));
    }
}
