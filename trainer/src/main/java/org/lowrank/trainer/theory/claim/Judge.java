package org.lowrank.trainer.theory.claim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.lowrank.trainer.curve.CurvePoint;
import org.lowrank.trainer.theory.claim.Verdict.Outcome;

/** From recorded points to a verdict, and nothing else: whoever has the CSV can repeat it. */
final class Judge {
    /** A limit is missed only where neither the run nor the left side changes by more than this between the last records. */
    static final double SETTLED = 1e-3;

    private Judge() {}

    private record Run(String condition, int draw, double lambda) {
        static Run of(CurvePoint point) {
            return new Run(point.condition(), point.draw(), point.lambda());
        }

        Verdict.At at(long step) {
            return new Verdict.At(condition, draw, lambda, step);
        }
    }

    /** The sides of a claim at a step. */
    private static final class Sides {
        double left = Double.NaN;
        double right = Double.NaN;
        double trivial = Double.NaN;
    }

    /** What one run says: how it is judged, where, and with how much slack. */
    private record Word(Outcome outcome, Verdict.At at, double slack) {}

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
            if (verdict.runs().judged() + verdict.runs().excluded() > 0) {
                verdicts.add(new Reading.OfCondition(condition, verdict));
            }
        });
        return new Reading(claim, of(claim, points), List.copyOf(verdicts));
    }

    static Verdict of(Claim claim, List<CurvePoint> points) {
        Map<Run, NavigableMap<Long, Sides>> runs = sides(claim, points);
        Set<Run> unmet = new LinkedHashSet<>();
        Set<Run> moving = new LinkedHashSet<>();
        Set<Run> resting = new LinkedHashSet<>(); // a point of rest known in closed form, which is its own limit
        for (CurvePoint point : points) {
            if (point.metric().equals(Evidence.ASSUMPTIONS_MET) && point.value() == 0) {
                unmet.add(Run.of(point));
            }
            if (point.metric().equals(Evidence.MOVING) && !(point.value() <= SETTLED)) {
                moving.add(Run.of(point));
            }
            if (point.metric().equals(Evidence.MOVING) && point.value() == 0) {
                resting.add(Run.of(point));
            }
        }
        int all = runs.size();
        runs.keySet().removeAll(unmet);
        if (runs.isEmpty()) {
            return new Verdict(
                    Outcome.ASSUMPTION_NOT_MET,
                    Double.NaN,
                    Verdict.At.NOWHERE,
                    new Verdict.Runs(0, 0, all),
                    Verdict.Power.NONE);
        }
        List<Word> words = new ArrayList<>();
        runs.forEach((run, path) -> words.add(
                claim.moment() == Claim.Moment.LAST_STEP
                        ? limit(claim, run, path, moving.contains(run), resting.contains(run))
                        : everyStep(claim, run, path)));
        return verdict(claim, runs, words, all - runs.size());
    }

    private static Verdict verdict(
            Claim claim, Map<Run, NavigableMap<Long, Sides>> runs, List<Word> words, int excluded) {
        Word decisive = words.get(0);
        int undecided = 0;
        for (Word word : words) {
            if (word.outcome == Outcome.UNDECIDED) {
                undecided++;
            }
            boolean graver = gravity(word.outcome) > gravity(decisive.outcome);
            boolean tighter =
                    word.outcome == decisive.outcome && word.outcome == Outcome.HOLDS && word.slack < decisive.slack;
            if (graver || tighter) {
                decisive = word;
            }
        }
        double margin = Double.NaN;
        for (Word word : words) {
            // what an undecided run lacks is no part of a violation
            if (word.outcome == decisive.outcome && !(word.slack >= margin)) {
                margin = Double.isNaN(word.slack) ? margin : word.slack;
            }
        }
        return new Verdict(
                decisive.outcome,
                margin,
                decisive.at,
                new Verdict.Runs(words.size(), undecided, excluded),
                power(claim, runs, decisive));
    }

    private static int gravity(Outcome outcome) {
        return switch (outcome) {
            case HOLDS, ASSUMPTION_NOT_MET -> 0;
            case UNDECIDED -> 1;
            case VIOLATED -> 2;
        };
    }

    /** A relation that every recorded step has to satisfy. */
    private static Word everyStep(Claim claim, Run run, NavigableMap<Long, Sides> path) {
        Verdict.At violated = null;
        Verdict.At undefined = null;
        Verdict.At tightest = run.at(path.firstKey());
        double smallest = Double.NaN;
        for (Map.Entry<Long, Sides> at : path.entrySet()) {
            double slack = slack(claim, at.getValue());
            boolean broken = slack < -claim.tolerance();
            if (Double.isNaN(slack)) {
                undefined = undefined == null ? run.at(at.getKey()) : undefined;
                continue;
            }
            if (broken && violated == null) {
                violated = run.at(at.getKey());
            }
            boolean start = path.size() > 1 && at.getKey().equals(path.firstKey());
            if ((!start || broken) && !(slack >= smallest)) {
                smallest = slack;
                tightest = run.at(at.getKey());
            }
        }
        if (violated != null) {
            return new Word(Outcome.VIOLATED, violated, smallest);
        }
        if (path.size() == 1 && smallest == 0) {
            return new Word(Outcome.UNDECIDED, tightest, smallest); // only the start was reached, where the sides meet
        }
        return undefined != null
                ? new Word(Outcome.UNDECIDED, undefined, smallest)
                : new Word(Outcome.HOLDS, tightest, Double.isNaN(smallest) ? 0 : smallest);
    }

    /** A limit: reached, missed where everything has come to rest, or not decided. */
    private static Word limit(Claim claim, Run run, NavigableMap<Long, Sides> path, boolean moving, boolean atRest) {
        Map.Entry<Long, Sides> last = path.lastEntry();
        double slack = slack(claim, last.getValue());
        Verdict.At at = run.at(last.getKey());
        if (slack >= -claim.tolerance()) {
            return new Word(Outcome.HOLDS, at, slack);
        }
        boolean rests = !moving && !Double.isNaN(slack) && (atRest || rests(path));
        return new Word(rests ? Outcome.VIOLATED : Outcome.UNDECIDED, at, slack);
    }

    /** The left side is the same at the last two records before the end, to {@link #SETTLED}. A single record says nothing of a limit. */
    private static boolean rests(NavigableMap<Long, Sides> path) {
        Map.Entry<Long, Sides> later = path.lastEntry();
        for (int i = 0; i < 2; i++) {
            Map.Entry<Long, Sides> earlier = path.lowerEntry(later.getKey());
            if (earlier == null) {
                return false;
            }
            double size = Math.max(Math.abs(later.getValue().left), Math.abs(later.getValue().right));
            if (!(Math.abs(later.getValue().left - earlier.getValue().left) <= SETTLED * size)) {
                return false;
            }
            later = earlier;
        }
        return true;
    }

    private static Verdict.Power power(Claim claim, Map<Run, NavigableMap<Long, Sides>> runs, Word decisive) {
        boolean atLeast = claim.relation() == Claim.Relation.AT_LEAST;
        boolean limit = claim.moment() == Claim.Moment.LAST_STEP;
        double unit = claim.scale() == Claim.Scale.LOGARITHM ? 0 : 1;
        double sharpest = Double.NaN;
        int vacuous = 0;
        double start = Double.NaN;
        for (Map.Entry<Run, NavigableMap<Long, Sides>> run : runs.entrySet()) {
            NavigableMap<Long, Sides> path = run.getValue();
            if (limit && run.getKey().at(decisive.at.step()).equals(decisive.at) && path.size() > 1) {
                start = path.firstEntry().getValue().left;
            }
            double own = sharpness(claim, path, atLeast);
            vacuous += (atLeast ? own <= unit : own >= unit) ? 1 : 0;
            if (!Double.isNaN(own) && (Double.isNaN(sharpest) || (atLeast ? own > sharpest : own < sharpest))) {
                sharpest = own;
            }
        }
        return new Verdict.Power(sharpest, vacuous, start);
    }

    /** The bound in units of the trivial one where it is sharpest, over the points of a run that are judged and not its start. */
    private static double sharpness(Claim claim, NavigableMap<Long, Sides> path, boolean atLeast) {
        double sharpest = Double.NaN;
        if (claim.relation() == Claim.Relation.EQUAL) {
            return sharpest;
        }
        long from = claim.moment() == Claim.Moment.LAST_STEP ? path.lastKey() : path.firstKey();
        boolean start = claim.moment() == Claim.Moment.EVERY_STEP && path.size() > 1;
        for (Sides sides : path.tailMap(from, !start).values()) {
            double here =
                    claim.scale() == Claim.Scale.LOGARITHM ? sides.right - sides.trivial : sides.right / sides.trivial;
            if (!Double.isNaN(here) && (Double.isNaN(sharpest) || (atLeast ? here > sharpest : here < sharpest))) {
                sharpest = here;
            }
        }
        return sharpest;
    }

    private static Map<Run, NavigableMap<Long, Sides>> sides(Claim claim, List<CurvePoint> points) {
        Map<Run, NavigableMap<Long, Sides>> runs = new LinkedHashMap<>();
        for (CurvePoint point : points) {
            boolean left = point.metric().equals(claim.left());
            boolean right = point.metric().equals(claim.right());
            if (left || right || point.metric().equals(claim.trivial())) {
                Sides sides = runs.computeIfAbsent(Run.of(point), run -> new TreeMap<>())
                        .computeIfAbsent(point.step(), step -> new Sides());
                if (left) {
                    sides.left = point.value();
                } else if (right) {
                    sides.right = point.value();
                } else {
                    sides.trivial = point.value();
                }
            }
        }
        return runs;
    }

    /** NaN where a side is undefined: that is neither a claim that holds nor one that is violated. */
    private static double slack(Claim claim, Sides sides) {
        if (claim.relation() == Claim.Relation.EQUAL && sides.trivial > 0) {
            double size = Math.max(sides.trivial, Math.max(Math.abs(sides.left), Math.abs(sides.right)));
            return sides.left == sides.right ? 0 : -Math.abs(sides.left - sides.right) / size;
        }
        return slack(claim, sides.left, sides.right);
    }

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
