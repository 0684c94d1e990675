package org.lowrank.trainer.theory.linear;

/**
 * The constants of Theorem 3, as logarithms where they overflow, and the ones that follow from the corrected equation.
 *
 * @param layers K
 * @param lambda λ
 * @param start ‖w(0)‖
 * @param loss C
 * @param sign of the exponents of A₁ and of D/‖w(0)‖; 1
 */
record Constants(int layers, double lambda, double start, double loss, double sign) {
    /** B = ‖w(0)‖² + C/λ. */
    double bound() {
        return start * start + loss / lambda;
    }

    /** ln A₁ = B^{2−2/K}(K−1)(1+λK)C/(2λK). */
    double logA1() {
        return sign
                * Math.pow(bound(), 2 - 2.0 / layers)
                * (layers - 1)
                * (1 + lambda * layers)
                * loss
                / (2 * lambda * layers);
    }

    /** ln A₂ = ln[2 B^{2−2/K} C A₁ (1 − e^{−λKt/2})/(λK)], −∞ at t = 0. */
    double logA2(double time) {
        return Math.log(2)
                + (2 - 2.0 / layers) * Math.log(bound())
                + Math.log(loss)
                + logA1()
                + Math.log(-Math.expm1(-lambda * layers * time / 2) / (lambda * layers));
    }

    /** ln(p A₁ e^{−rate·t} + A₂ ε). */
    double logBound(double projection, double epsilon, double rate, double time) {
        return logSum(Math.log(projection) + logA1() - rate * time, logA2(time) + Math.log(epsilon));
    }

    /**
     * D with ‖w(t)‖ ≤ D: the objective L + (λ/2)Σ‖W_k‖² does not increase, and ‖W_k‖ = ‖w‖^{1/K} from a balanced start,
     * so ‖w(t)‖^{2/K} ≤ ‖w(0)‖^{2/K} + 2C/(λK).
     */
    double correctedNormBound() {
        return Math.pow(Math.pow(start, 2.0 / layers) + 2 * loss / (lambda * layers), layers / 2.0);
    }

    /**
     * From the corrected equation (4): ⟨w, x⟩ is multiplied by e^{−λt}(‖w(t)‖/‖w(s)‖)^{1−1/K} between s and t, whence
     * |⟨w(t), x⟩| ≤ p (D/‖w(0)‖)^{1−1/K} e^{−λt} + ε C D^{2−2/K}(1 − e^{−λt})/λ; its logarithm.
     */
    double logCorrected(double projection, double epsilon, double time) {
        double power = 1 - 1.0 / layers;
        double d = correctedNormBound();
        double first = Math.log(projection) + sign * power * Math.log(d / start) - lambda * time;
        double second = Math.log(epsilon)
                + Math.log(loss)
                + 2 * power * Math.log(d)
                + Math.log(-Math.expm1(-lambda * time) / lambda);
        return logSum(first, second);
    }

    /** ln(e^a + e^b). */
    static double logSum(double a, double b) {
        double larger = Math.max(a, b);
        return larger == Double.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
    }
}
