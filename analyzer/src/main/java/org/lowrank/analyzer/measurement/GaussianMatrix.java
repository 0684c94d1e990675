package org.lowrank.analyzer.measurement;

import java.util.Random;
import org.lowrank.spectral.FrobeniusNorm;
import org.lowrank.spectral.SpectralNorm;
import org.lowrank.spectral.StableRank;

/**
 * The two norms of an r × c matrix of independent N(0, 1) entries, drawn without drawing the matrix unless it is tiny.
 *
 * <p>‖A‖_F is χ with rc degrees of freedom, within 1/(4√(rc)) a normal of mean √(rc − ½) and variance ½. ‖A‖_2² is the largest
 * eigenvalue of a Wishart matrix: (λ₁ − μ)/σ tends to the Tracy–Widom law of order 1 with
 * μ = (√(n − ½) + √(p − ½))², σ = √μ (1/√(n − ½) + 1/√(p − ½))^⅓, n ≥ p the sides (Johnstone 2001; Ma 2012, whose ½ makes it
 * second order). The law itself is a shifted gamma to within 10⁻³ of its distribution function (Chiani 2014). Against
 * matrices that were drawn, mean stable ranks agree within 1.5 %. Where the shorter side is less than {@link #TINY}, where the
 * limit is poor and the two norms far from independent, the matrix itself is drawn.
 */
record GaussianMatrix(double frobeniusNorm, double spectralNorm) {
    /** Shorter sides below this are drawn entry by entry. */
    private static final int TINY = 12;

    private static final int MOST_ENTRIES = 4096;

    private static final double SHAPE = 46.446;
    private static final double SCALE = 0.186054;
    private static final double SHIFT = 9.84801;

    static GaussianMatrix draw(long rows, long cols, Random random) {
        double p = Math.min(rows, cols);
        double entries = (double) rows * cols;
        if (p < TINY && entries <= MOST_ENTRIES) {
            double[] drawn = random.doubles((long) entries)
                    .map(x -> random.nextGaussian())
                    .toArray();
            return new GaussianMatrix(FrobeniusNorm.of(drawn), SpectralNorm.of(drawn, (int) rows, (int) cols));
        }
        double frobenius = Math.sqrt(Math.max(entries - 0.5, 0)) + Math.sqrt(0.5) * random.nextGaussian();
        frobenius = Math.max(frobenius, Math.sqrt(entries) / 4);
        double law = gamma(random) - SHIFT;
        double n = Math.sqrt(Math.max(rows, cols) - 0.5);
        double m = Math.sqrt(p - 0.5);
        double deviation = (n + m) * Math.cbrt(1 / n + 1 / m);
        double largest = Math.sqrt(Math.max(0, (n + m) * (n + m) + deviation * law));
        // σ1 lies between the root mean square of the singular values and all of them together
        double spectral = Math.min(frobenius, Math.max(largest, frobenius / Math.sqrt(p)));
        return new GaussianMatrix(frobenius, spectral);
    }

    /** Marsaglia and Tsang (2000). */
    private static double gamma(Random random) {
        double d = SHAPE - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            double u = 1 - random.nextDouble();
            if (v > 0 && Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return SCALE * d * v;
            }
        }
    }

    /** Stable rank over the leading-order baseline {@link StableRank#ofGaussian}. */
    double share(long rows, long cols) {
        return frobeniusNorm / spectralNorm / StableRank.ofGaussian(rows, cols);
    }
}
