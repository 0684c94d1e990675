package org.lowrank.merge.prediction;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.spectral.LeadingSubspace;
import org.lowrank.spectral.PrincipalAngles;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;

/** The pairs of task vectors of one matrix. */
final class MatrixPrediction {
    private static final double ANGLE_ACCURACY = 1e-6;
    private static final int MAX_STEPS = 300;

    private final SpectralEngine engine;
    private final SpectralOptions options;
    private final int directions;

    MatrixPrediction(SpectralEngine engine, SpectralOptions options, int directions) {
        this.engine = engine;
        this.options = options;
        this.directions = directions;
    }

    /** A task vector with what was measured of it. */
    private record Measured(
            Dense delta, MatrixPart part, @Nullable LeadingSubspace space) {}

    /**
     * Every pair.
     *
     * @param where which matrix
     * @param deltas of the models, [out, in]
     * @param weights their factors in the merge
     */
    List<PairPrediction> pairs(MatrixId where, List<String> models, List<Dense> deltas, double[] weights) {
        List<Measured> measured = new ArrayList<>();
        for (int m = 0; m < deltas.size(); m++) {
            SpectralMeasurement norms = engine.measure(deltas.get(m).stored(), options);
            LeadingSubspace space = norms.frobeniusNorm() == 0
                    ? null
                    : LeadingSubspace.of(deltas.get(m).stored(), directions, ANGLE_ACCURACY, MAX_STEPS, options.seed());
            measured.add(new Measured(deltas.get(m), MatrixPart.of(models.get(m), norms, weights[m]), space));
        }
        List<PairPrediction> pairs = new ArrayList<>();
        for (int i = 0; i < measured.size(); i++) {
            for (int j = i + 1; j < measured.size(); j++) {
                pairs.add(pair(where, measured.get(i), measured.get(j)));
            }
        }
        return pairs;
    }

    private PairPrediction pair(MatrixId where, Measured a, Measured b) {
        int rows = a.delta().rows();
        int cols = a.delta().cols();
        PairPrediction.Angle angle = null;
        PairPrediction.Overlap overlap = null;
        PairPrediction.WeightedSum sum = null;
        if (a.space() != null && b.space() != null) {
            double[] against = a.delta().against(b.delta());
            angle = new PairPrediction.Angle(
                    against[0] / (a.part().frobeniusNorm() * b.part().frobeniusNorm()),
                    1 / Math.sqrt((double) rows * cols),
                    against[1] == 0 ? Double.NaN : against[2] / against[1],
                    0.5);
            overlap = overlap(a.space(), b.space());
            sum = sum(where, a, b);
        }
        return new PairPrediction(where, rows, cols, a.part(), b.part(), angle, overlap, sum);
    }

    private PairPrediction.Overlap overlap(LeadingSubspace a, LeadingSubspace b) {
        int k = Math.min(a.dimension(), b.dimension());
        return new PairPrediction.Overlap(
                k,
                PrincipalAngles.between(a.right(), b.right()).overlap(),
                PrincipalAngles.randomOverlap(k, a.cols()),
                PrincipalAngles.between(a.left(), b.left()).overlap(),
                PrincipalAngles.randomOverlap(k, a.rows()),
                Interference.of(a.left(), a.singularValues(), a.right(), b.left(), b.singularValues(), b.right()),
                Interference.random(a.rows(), a.cols(), a.singularValues(), b.singularValues(), options.seed()));
    }

    private PairPrediction.WeightedSum sum(MatrixId where, Measured a, Measured b) {
        double ofA = Math.abs(a.part().weight()) * a.part().spectralNorm();
        double ofB = Math.abs(b.part().weight()) * b.part().spectralNorm();
        Dense sum = Dense.zeros(a.delta().rows(), a.delta().cols());
        sum.add(a.part().weight(), a.delta());
        sum.add(b.part().weight(), b.delta());
        double norm = engine.measure(sum.stored(), options).spectralNorm();
        Dense random = Dense.zeros(a.delta().rows(), a.delta().cols());
        random.add(a.part().weight(), a.delta());
        random.addScrambled(
                b.part().weight(), b.delta(), options.seed() + where.toString().hashCode());
        double randomNorm = engine.measure(random.stored(), options).spectralNorm();
        return new PairPrediction.WeightedSum(norm, Math.max(ofA, ofB), ofA + ofB, randomNorm);
    }
}
