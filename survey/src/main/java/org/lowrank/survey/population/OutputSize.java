package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.measurement.Medians;

/**
 * The size of O in a model beside QKV, M1 and M2. The ratio of norms is that of shapes times that of entries, but for medians being
 * of layers: ‖A‖_F = √(rc) · entry.
 *
 * @param subject the model
 * @param normRatio median ‖O‖_F over the geometric mean of those of the three
 * @param shapeRatio what equal entries would make of it: the same of √(rc)
 * @param entryRatio the same of ‖A‖_F/√(rc); 1 where the norm of O is a matter of its shape alone
 */
record OutputSize(Subject subject, double normRatio, double shapeRatio, double entryRatio) {
    private static final List<String> OTHERS = List.of("QKV", "M1", "M2");

    /** Of the models that have all four. */
    static List<OutputSize> of(Population population) {
        List<OutputSize> sizes = new ArrayList<>();
        for (Subject subject : population.subjects()) {
            if (subject.has("O") && OTHERS.stream().allMatch(subject::has)) {
                OutputSize size = new OutputSize(
                        subject,
                        ratio(subject::medianNorm),
                        ratio(kind -> medianSide(subject, kind)),
                        ratio(subject::medianEntry));
                if (size.normRatio() > 0 && Double.isFinite(size.normRatio())) {
                    sizes.add(size);
                }
            }
        }
        return sizes;
    }

    private static double ratio(ToDoubleFunction<String> of) {
        double product = OTHERS.stream().mapToDouble(of).reduce(1, (a, b) -> a * b);
        return of.applyAsDouble("O") / Math.cbrt(product);
    }

    private static double medianSide(Subject subject, String kind) {
        Profile profile = subject.profile(kind);
        double[] sides = new double[profile.layers().length];
        for (int i = 0; i < sides.length; i++) {
            sides[i] = Math.sqrt((double) profile.rows()[i] * profile.cols()[i]);
        }
        return Medians.of(sides);
    }
}
