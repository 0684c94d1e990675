package org.lowrank.trainer.theory.claim;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.CurvePoint;

/**
 * Everything one check found.
 *
 * @param id {@code lemma-4}
 * @param title its name in the paper
 * @param statement in words
 * @param formula of the statement
 * @param conditions the statement's assumptions, in words
 * @param timePerStep gradient-flow time of one step; 1 where steps are those of gradient descent
 * @param readings the paper's own first, then others
 * @param assumptions as measured, a row per run
 * @param curves both sides of each reading over time, and other measurements
 * @param findings in words with numbers
 */
public record CheckResult(
        String id,
        String title,
        String statement,
        String formula,
        List<String> conditions,
        double timePerStep,
        List<Reading> readings,
        List<Assumption> assumptions,
        List<Curve> curves,
        List<String> findings) {
    /**
     * The reading that decides about the result: of those that are its statement, the gravest one. One rule for every result:
     * lines of proofs and our own readings do not decide, whatever becomes of them.
     */
    @JsonIgnore
    public Reading decisive() {
        Reading gravest = readings.get(0);
        for (Reading reading : readings) {
            if (reading.claim().part() == Claim.Part.STATEMENT
                    && gravity(reading.verdict().outcome())
                            > gravity(gravest.verdict().outcome())) {
                gravest = reading;
            }
        }
        return gravest;
    }

    private static int gravity(Verdict.Outcome outcome) {
        return switch (outcome) {
            case ASSUMPTION_NOT_MET -> 0;
            case HOLDS -> 1;
            case UNDECIDED -> 2;
            case VIOLATED -> 3;
        };
    }

    /** Verdict on the result as printed. */
    @JsonIgnore
    public Verdict verdict() {
        return decisive().verdict();
    }

    /** Lines of the proof or of the text that do not hold. */
    @JsonIgnore
    public List<Reading> failingSides() {
        return readings.stream()
                .filter(reading -> reading.claim().part() == Claim.Part.SIDE
                        && reading.verdict().outcome() == Verdict.Outcome.VIOLATED)
                .toList();
    }

    /** The curves as rows of {@code curves.csv}; {@code experiment} is the id. */
    @JsonIgnore
    public List<CurvePoint> points() {
        List<CurvePoint> points = new ArrayList<>();
        for (Curve curve : curves) {
            for (int i = 0; i < curve.steps().length; i++) {
                points.add(new CurvePoint(
                        id,
                        curve.condition(),
                        curve.draw(),
                        curve.lambda(),
                        curve.steps()[i],
                        curve.metric(),
                        curve.values()[i]));
            }
        }
        return points;
    }

    /** The curve of a run's metric, or null. */
    public @Nullable Curve curve(String condition, int draw, double lambda, String metric) {
        for (Curve curve : curves) {
            if (curve.draw() == draw
                    && Double.compare(curve.lambda(), lambda) == 0
                    && curve.condition().equals(condition)
                    && curve.metric().equals(metric)) {
                return curve;
            }
        }
        return null;
    }

    /** Gathers points into curves, in the order in which each begins. */
    static List<Curve> curves(List<CurvePoint> points) {
        record Key(String condition, int draw, double lambda, String metric) {}
        Map<Key, List<CurvePoint>> curves = new LinkedHashMap<>();
        for (CurvePoint p : points) {
            curves.computeIfAbsent(new Key(p.condition(), p.draw(), p.lambda(), p.metric()), key -> new ArrayList<>())
                    .add(p);
        }
        List<Curve> gathered = new ArrayList<>();
        curves.forEach((key, own) -> gathered.add(new Curve(
                key.condition(),
                key.draw(),
                key.lambda(),
                key.metric(),
                own.stream().mapToLong(CurvePoint::step).toArray(),
                own.stream().mapToDouble(CurvePoint::value).toArray())));
        return List.copyOf(gathered);
    }
}
