package org.lowrank.trainer.theory.claim;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.output.CurvePoint;

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
    /** Verdict on the statement as printed. */
    @JsonIgnore
    public Verdict verdict() {
        return readings.get(0).verdict();
    }

    /**
     * One metric of one run over its steps.
     *
     * @param lambda NaN where a run covers several
     */
    public record Curve(
            String condition, int draw, double lambda, String metric, List<Long> steps, List<Double> values) {}

    /** The curves as rows of {@code curves.csv}; {@code experiment} is the id. */
    @JsonIgnore
    public List<CurvePoint> points() {
        List<CurvePoint> points = new ArrayList<>();
        for (Curve curve : curves) {
            for (int i = 0; i < curve.steps().size(); i++) {
                points.add(new CurvePoint(
                        id,
                        curve.condition(),
                        curve.draw(),
                        curve.lambda(),
                        curve.steps().get(i),
                        curve.metric(),
                        curve.values().get(i)));
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
        Map<Key, Curve> curves = new LinkedHashMap<>();
        for (CurvePoint p : points) {
            Curve curve = curves.computeIfAbsent(
                    new Key(p.condition(), p.draw(), p.lambda(), p.metric()),
                    key -> new Curve(
                            p.condition(), p.draw(), p.lambda(), p.metric(), new ArrayList<>(), new ArrayList<>()));
            curve.steps().add(p.step());
            curve.values().add(p.value());
        }
        return List.copyOf(curves.values());
    }
}
