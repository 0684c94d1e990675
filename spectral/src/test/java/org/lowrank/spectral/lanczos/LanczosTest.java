package org.lowrank.spectral.lanczos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.spectral.SingularValues;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.RowKernel;
import org.lowrank.spectral.kernel.Sums;

/** The block Lanczos process on operators whose eigenvalues are known, and what is concluded from it. */
class LanczosTest {
    private static final RowKernel KERNEL = RowKernel.fastest();

    /** Steps with a symmetric operator given on single vectors. */
    private static void step(Lanczos lanczos, UnaryOperator<double[]> operator) {
        int n = lanczos.dimension();
        for (int v = 0; v < Columns.BLOCK; v++) {
            double[] x = new double[n];
            System.arraycopy(lanczos.vectors().array(), lanczos.vectors().at(v), x, 0, n);
            System.arraycopy(
                    operator.apply(x),
                    0,
                    lanczos.product().array(),
                    lanczos.product().at(v),
                    n);
        }
        lanczos.advance();
    }

    private static UnaryOperator<double[]> diagonal(double[] eigenvalues) {
        return x -> {
            double[] y = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                y[i] = eigenvalues[i] * x[i];
            }
            return y;
        };
    }

    /** Dense below, as a random matrix has it: no gap anywhere. */
    private static double[] withoutGap(int n) {
        double[] eigenvalues = new double[n];
        for (int i = 0; i < n; i++) {
            double s = Math.cos(Math.PI / 2 * i / n);
            eigenvalues[i] = s * s;
        }
        return eigenvalues;
    }

    private static double[] unit(int m, int i) {
        double[] e = new double[m];
        e[i] = 1;
        return e;
    }

    @Test
    void basisStaysOrthonormalOverManySteps() {
        int n = 700;
        Lanczos lanczos = new Lanczos(n, 3, KERNEL);
        for (int step = 0; step < 80; step++) {
            step(lanczos, diagonal(withoutGap(n)));
        }
        int m = lanczos.projected().size();
        double[][] basis = new double[m][];
        for (int i = 0; i < m; i++) {
            basis[i] = lanczos.combination(unit(m, i));
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j <= i; j++) {
                assertThat(Sums.dot(basis[i], 0, basis[j], 0, n))
                        .as("%d · %d", i, j)
                        .isCloseTo(i == j ? 1 : 0, within(1e-13));
            }
        }
    }

    @Test
    void productsFitTheProjectedMatrixAndWhatLeadsOut() {
        // B Q y = Q T y + Q_{k+1} β E_kᵀ y for any y, so that the misfit of y has the norm that residual() gives.
        int n = 150;
        UnaryOperator<double[]> operator = diagonal(withoutGap(n));
        Lanczos lanczos = new Lanczos(n, 5, KERNEL);
        for (int step = 0; step < 12; step++) {
            step(lanczos, operator);
        }
        int m = lanczos.projected().size();
        SplittableRandom random = new SplittableRandom(1);
        double[] y = random.doubles(m, -1, 1).toArray();
        double[] padded = lanczos.projected().padded();
        System.arraycopy(y, 0, padded, Columns.BLOCK, m);
        double[] product = lanczos.projected().padded();
        lanczos.projected().multiply(1, padded, product);
        double[] image = Arrays.copyOfRange(product, Columns.BLOCK, Columns.BLOCK + m);
        double[] misfit = operator.apply(lanczos.combination(y));
        Sums.axpy(-1, lanczos.combination(image), 0, misfit, 0, n);
        assertThat(Sums.norm(misfit)).isCloseTo(lanczos.residual(y), within(1e-13));
        assertThat(lanczos.residual(y)).isGreaterThan(1e-3);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 1e200})
    void productThatIsNotFiniteEndsTheProcess(double spoilt) {
        int n = 100;
        Lanczos lanczos = new Lanczos(n, 4, KERNEL);
        step(lanczos, diagonal(withoutGap(n)));
        assertThatThrownBy(() -> step(lanczos, x -> {
                    double[] y = diagonal(withoutGap(n)).apply(x);
                    y[17] = spoilt;
                    return y;
                }))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("matrix of 100 columns");
    }

    @Test
    void startIsTheGaussianMatrixItsBlockAndTriangleMake() {
        // Q_1 R_1 = Ω: entries of a standard Gaussian sample of 3 × 2000, its variance within 5 standard errors of 1.
        int n = 2000;
        Lanczos lanczos = new Lanczos(n, 9, KERNEL);
        double squares = 0;
        for (int v = 0; v < Columns.BLOCK; v++) {
            for (int r = 0; r <= v; r++) {
                squares += lanczos.start()[r * Columns.BLOCK + v] * lanczos.start()[r * Columns.BLOCK + v];
            }
        }
        double count = 3.0 * n;
        assertThat(squares / count).isCloseTo(1, within(5 * Math.sqrt(2 / count)));
    }

    @Test
    void fullBasisHasTheEigenvalues() {
        int n = 30;
        double[] eigenvalues = withoutGap(n);
        Lanczos lanczos = new Lanczos(n, 2, KERNEL);
        while (!lanczos.exhausted()) {
            step(lanczos, diagonal(eigenvalues));
        }
        double[] found = eigenvalues(lanczos.projected());
        for (int i = 0; i < n; i++) {
            assertThat(found[i]).isCloseTo(eigenvalues[i], within(1e-13));
        }
    }

    @Test
    void repeatedEigenvaluesAreFoundAsOftenAsTheyOccur() {
        double[] eigenvalues = new double[40];
        Arrays.fill(eigenvalues, 0, 7, 4);
        Arrays.fill(eigenvalues, 7, 40, 1);
        Lanczos lanczos = new Lanczos(40, 2, KERNEL);
        for (int step = 0; step < 12; step++) {
            step(lanczos, diagonal(eigenvalues));
        }
        double[] found = eigenvalues(lanczos.projected());
        assertThat(found[6]).isCloseTo(4, within(1e-12));
        assertThat(found[7]).isCloseTo(1, within(1e-12));
    }

    private static double[] eigenvalues(BandMatrix band) {
        int m = band.size();
        DMatrixRMaj dense = new DMatrixRMaj(m, m);
        for (int i = 0; i < m; i++) {
            for (int d = 0; d <= i; d++) {
                dense.set(i, i - d, band.below(i, d));
                dense.set(i - d, i, band.below(i, d));
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(m, false, true);
        assertThat(eigen.decompose(dense)).isTrue();
        return java.util.stream.IntStream.range(0, m)
                .mapToDouble(i -> -eigen.getEigenvalue(i).getReal())
                .sorted()
                .map(value -> -value)
                .toArray();
    }

    @Test
    void leadingEigenvectorOfTheProjectedMatrixIsExactAtEveryStep() {
        int n = 300;
        Lanczos lanczos = new Lanczos(n, 4, KERNEL);
        for (int step = 0; step < 25; step++) {
            step(lanczos, diagonal(withoutGap(n)));
            BandMatrix projected = lanczos.projected();
            double[] leading = projected.leadingEigenvector();
            double value = projected.rayleigh(leading);
            assertThat(value).isCloseTo(eigenvalues(projected)[0], within(1e-14));
            assertThat(projected.residual(leading, value)).isLessThan(3e-15);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-2, 1e-3, 1e-4})
    void hiddenEigenvalueIsNeverExcludedBeyondItsOverlap(double overlap) {
        // λ = 1.002 on a vector v almost orthogonal to the start, below it about 1 and a tail up to 0.6. Until the
        // process has seen v, two eigenvalues lie above t < 1, so that s is at least σ_min of (their vectors)ᵀΩ.
        int n = 120;
        int seed = 11;
        Lanczos probe = new Lanczos(n, seed, KERNEL);
        double[] hidden = almostOrthogonal(probe, n, overlap);
        UnaryOperator<double[]> operator = withHidden(hidden, n);
        double[] second = leadingBelow(operator, hidden, n);
        double smallest = smallestOverlap(probe, n, hidden, second);

        assertThat(smallest).isBetween(overlap / 100, overlap * 100);
        assertThat(largestValueWhenReached(operator, n, seed, 0.9 * smallest)).isCloseTo(1.002, within(5e-4));
        assertThat(largestValueWhenReached(operator, n, seed, 30 * smallest))
                .isCloseTo(Sums.dot(second, 0, operator.apply(second), 0, n), within(1e-4));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 0.1, 0.03})
    void twoGaussianRowsAreNearlyDependentAtMostAsOftenAsStated(double s) {
        // P(σ_min(G) ≤ s) ≤ s² for a Gaussian G of 2 × 3. σ_min² = (f − √(f² − 4 det))/2 with f = ‖G‖²_F, det =
        // det(GGᵀ).
        SplittableRandom random = new SplittableRandom(7);
        int count = 1_000_000;
        int below = 0;
        for (int i = 0; i < count; i++) {
            double aa = 0;
            double ab = 0;
            double bb = 0;
            for (int j = 0; j < 3; j++) {
                double a = random.nextGaussian();
                double b = random.nextGaussian();
                aa += a * a;
                ab += a * b;
                bb += b * b;
            }
            double f = aa + bb;
            double squared = (f - Math.sqrt(f * f - 4 * (aa * bb - ab * ab))) / 2;
            below += squared <= s * s ? 1 : 0;
        }
        double standardError = Math.sqrt(s * s / count);
        assertThat((double) below / count).isBetween(0.8 * s * s, s * s + 4 * standardError);
    }

    /** θ when s has come down to what is allowed. */
    private static double largestValueWhenReached(UnaryOperator<double[]> operator, int n, int seed, double s) {
        Lanczos lanczos = new Lanczos(n, seed, KERNEL);
        SpectralBound bound = new SpectralBound(lanczos, 1e-2, s * s, 1e-16);
        do {
            step(lanczos, operator);
        } while (!bound.reached());
        return bound.eigenvalue();
    }

    private static double[] almostOrthogonal(Lanczos start, int n, double overlap) {
        double[] v = new SplittableRandom(6).doubles(n, -1, 1).toArray();
        for (int pass = 0; pass < 2; pass++) {
            for (int u = 0; u < Columns.BLOCK; u++) {
                double component =
                        Sums.dot(v, 0, start.vectors().array(), start.vectors().at(u), n);
                Sums.axpy(-component, start.vectors().array(), start.vectors().at(u), v, 0, n);
            }
            Sums.scale(v, 1 / Sums.norm(v));
        }
        // Ω = Q_1 R_1 has norms of about √n.
        Sums.axpy(
                overlap / Math.sqrt(n), start.vectors().array(), start.vectors().at(1), v, 0, n);
        Sums.scale(v, 1 / Sums.norm(v));
        return v;
    }

    private static UnaryOperator<double[]> withHidden(double[] hidden, int n) {
        double[] rest = new double[n];
        for (int i = 0; i < n; i++) {
            rest[i] = i == 0 ? 1 : 0.6 * (1 - (double) i / n);
        }
        return x -> {
            double component = Sums.dot(hidden, 0, x, 0, n);
            double[] y = x.clone();
            Sums.axpy(-component, hidden, 0, y, 0, n);
            y = diagonal(rest).apply(y);
            Sums.axpy(1.002 * component - Sums.dot(hidden, 0, y, 0, n), hidden, 0, y, 0, n);
            return y;
        };
    }

    /** The eigenvector of the second largest eigenvalue, by power iteration orthogonal to the first. */
    private static double[] leadingBelow(UnaryOperator<double[]> operator, double[] hidden, int n) {
        double[] v = unit(n, 0);
        for (int i = 0; i < 500; i++) {
            Sums.axpy(-Sums.dot(hidden, 0, v, 0, n), hidden, 0, v, 0, n);
            v = operator.apply(v);
            Sums.scale(v, 1 / Sums.norm(v));
        }
        return v;
    }

    /** σ_min of [a b]ᵀ Q_1 R_1, 2 × 3. */
    private static double smallestOverlap(Lanczos start, int n, double[] a, double[] b) {
        double[] entries = new double[6];
        for (int row = 0; row < 2; row++) {
            double[] vector = row == 0 ? a : b;
            for (int v = 0; v < 3; v++) {
                for (int r = 0; r <= v; r++) {
                    entries[row * 3 + v] += Sums.dot(
                                    vector,
                                    0,
                                    start.vectors().array(),
                                    start.vectors().at(r),
                                    n)
                            * start.start()[r * 3 + v];
                }
            }
        }
        return SingularValues.of(entries, 2, 3)[1];
    }
}
