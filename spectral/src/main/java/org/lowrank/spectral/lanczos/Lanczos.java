package org.lowrank.spectral.lanczos;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.RowBlock;
import org.lowrank.spectral.kernel.RowKernel;

/**
 * The block Lanczos process on B = AᵀA with full reorthogonalisation, fed the product of B with a few vectors at a time
 * (Golub and Van Loan, Matrix Computations, 10.3). After k steps it holds orthonormal blocks Q_1 … Q_k and the block
 * tridiagonal T with B Q = Q T + Q_{k+1} β_{k+1} E_kᵀ; the start is a Gaussian matrix Ω = Q_1 R_1.
 *
 * <p>Where a direction is exhausted, because the space has become invariant, a new random one takes its place with a zero in β,
 * so that repeated eigenvalues are found as often as they occur; where there is no room for another, a zero vector.
 */
public final class Lanczos {
    /** A vector this small beside the largest Ritz value is rounding. */
    private static final double NOTHING = 1e-14;

    private final int n;
    private final RowKernel kernel;
    private final SplittableRandom random;
    private final Basis basis;
    private final BandMatrix projected = new BandMatrix();
    private final double[] start;
    private Columns next;
    private Columns product;
    private double[] coupling;
    private double largestDiagonal;

    public Lanczos(int n, long seed, RowKernel kernel) {
        this.n = n;
        this.kernel = kernel;
        this.random = new SplittableRandom(seed);
        this.basis = new Basis(n, kernel);
        this.next = Columns.zeros(n, Columns.BLOCK);
        this.product = Columns.zeros(n, Columns.BLOCK);
        for (int v = 0; v < Columns.BLOCK; v++) {
            fillAtRandom(next.only(v));
        }
        this.start = orthonormalise(next);
        this.coupling = start;
    }

    /** Blocks so far. */
    public int steps() {
        return projected.size() / Columns.BLOCK;
    }

    int dimension() {
        return n;
    }

    /** The block whose product with B {@link #advance} wants. */
    public Columns vectors() {
        return next;
    }

    /** Where that product is to be put; zero at first. */
    public Columns product() {
        return product;
    }

    BandMatrix projected() {
        return projected;
    }

    /** R_1, row-major. */
    double[] start() {
        return start;
    }

    /** β_{k+1}, upper triangular, row-major. */
    double[] coupling() {
        return coupling;
    }

    /** The space is invariant: nothing leads out of it. */
    boolean invariant() {
        return steps() > 0 && Arrays.stream(coupling).allMatch(entry -> entry == 0);
    }

    /** The basis is complete: Ritz values are the eigenvalues. */
    boolean exhausted() {
        return invariant() && Arrays.stream(next.array()).allMatch(entry -> entry == 0);
    }

    /** Q y for a vector of T's space. */
    double[] combination(double[] y) {
        return basis.combination(y);
    }

    /** ‖B v − θ v‖ for v = Q y, T y = θ y. */
    double residual(double[] y) {
        double squares = 0;
        for (int r = 0; r < Columns.BLOCK; r++) {
            double sum = 0;
            for (int c = r; c < Columns.BLOCK; c++) {
                sum += coupling[r * Columns.BLOCK + c] * y[y.length - Columns.BLOCK + c];
            }
            squares += sum * sum;
        }
        return Math.sqrt(squares);
    }

    /** ‖β_{k+1} E_kᵀ X‖_F: what B takes of Q X out of the space, for padded columns X of T's space. */
    double leakage(double[][] x) {
        double squares = 0;
        for (double[] column : x) {
            int last = column.length - 2 * Columns.BLOCK;
            for (int r = 0; r < Columns.BLOCK; r++) {
                double sum = 0;
                for (int c = r; c < Columns.BLOCK; c++) {
                    sum += coupling[r * Columns.BLOCK + c] * column[last + c];
                }
                squares += sum * sum;
            }
        }
        return Math.sqrt(squares);
    }

    /** One step; {@link #product} holds B · vectors(). */
    public void advance() {
        Columns w = product;
        int before = Math.max(0, basis.size() - Columns.BLOCK);
        basis.add(next);
        // All of B Q_k that is in the space is in the last two blocks; then what rounding left of that, in all of them.
        double[] products = basis.products(before, w);
        projected.add(coupling, diagonal(products));
        basis.subtract(before, products, w);
        basis.removeFrom(w);
        coupling = orthonormalise(product);
        Columns used = next;
        next = product;
        product = used;
        Arrays.fill(product.array(), 0);
    }

    /** Q_kᵀ B Q_k, made symmetric. */
    private double[] diagonal(double[] products) {
        double[] block = new double[Columns.BLOCK * Columns.BLOCK];
        int at = products.length - block.length;
        for (int r = 0; r < Columns.BLOCK; r++) {
            for (int c = 0; c < Columns.BLOCK; c++) {
                block[r * Columns.BLOCK + c] =
                        (products[at + r * Columns.BLOCK + c] + products[at + c * Columns.BLOCK + r]) / 2;
            }
            largestDiagonal = Math.max(largestDiagonal, block[r * Columns.BLOCK + r]);
        }
        return block;
    }

    /** W = Q β with orthonormal Q, which takes the place of W, and β upper triangular: modified Gram–Schmidt, twice. */
    private double[] orthonormalise(Columns w) {
        double[] beta = new double[Columns.BLOCK * Columns.BLOCK];
        for (int v = 0; v < Columns.BLOCK; v++) {
            double before = norm(w.only(v));
            removeEarlier(w, v, beta);
            removeEarlier(w, v, beta);
            double norm = norm(w.only(v));
            if (norm <= NOTHING * largestDiagonal) {
                refill(w, v);
                continue;
            }
            beta[v * Columns.BLOCK + v] = norm;
            if (norm < 1e-3 * before) {
                // Much was taken away: what rounding left of the basis is no longer small beside the rest.
                basis.removeFrom(w.only(v));
                removeEarlier(w, v, new double[beta.length]);
                norm = norm(w.only(v));
            }
            scale(w.only(v), 1 / norm);
        }
        return beta;
    }

    /** Vector v of w less its components along the earlier ones, which are added to β. */
    private void removeEarlier(Columns w, int v, double[] beta) {
        for (int u = 0; u < v; u++) {
            RowBlock earlier = new RowBlock(w.array(), w.at(u), 1, n);
            Columns column = w.only(v);
            double[] component = new double[1];
            kernel.dot(earlier, column, component);
            beta[u * Columns.BLOCK + v] += component[0];
            component[0] = -component[0];
            kernel.axpy(earlier, component, column);
        }
    }

    private void refill(Columns w, int v) {
        Columns column = w.only(v);
        if (basis.size() + v >= n) {
            Arrays.fill(w.array(), column.at(), column.at() + n, 0);
            return;
        }
        fillAtRandom(column);
        for (int pass = 0; pass < 2; pass++) {
            basis.removeFrom(column);
            removeEarlier(w, v, new double[Columns.BLOCK * Columns.BLOCK]);
            scale(column, 1 / norm(column));
        }
    }

    private void fillAtRandom(Columns column) {
        for (int j = column.at(); j < column.at() + n; j++) {
            column.array()[j] = random.nextGaussian();
        }
    }

    private double norm(Columns column) {
        double norm = Math.sqrt(kernel.squares(column.array(), column.at(), n));
        if (!(norm <= Double.MAX_VALUE)) { // no later step would look converged
            throw new ArithmeticException("a product with a matrix of " + n
                    + " columns and finite weights is not finite: a fault of lowrank, please report the model");
        }
        return norm;
    }

    private void scale(Columns column, double factor) {
        for (int j = column.at(); j < column.at() + n; j++) {
            column.array()[j] *= factor;
        }
    }
}
