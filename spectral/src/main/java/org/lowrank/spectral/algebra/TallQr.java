package org.lowrank.spectral.algebra;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.RowBlock;
import org.lowrank.spectral.kernel.RowKernel;

/**
 * QR of a tall matrix X of {@code rank} columns by Householder reflections, chunk of rows by chunk of rows, so that a chunk stays
 * in the cache: R of [R of the rows so far; next rows] is R of both (Demmel, Grigori, Hoemmen and Langou 2012). As R is upper
 * triangular, reflection j of a chunk is I − τ v vᵀ with v = e_j above and a full vector below; a few at a time are applied as
 * I − V T Vᵀ (Golub and Van Loan, Matrix Computations, 5.2.3), which makes most of the work products of a few vectors.
 *
 * <p>Backward stable column by column: each column of QR is off by a few units of that column's own norm (Higham, Accuracy and
 * Stability, 19.3), whatever the size of the others.
 */
public final class TallQr {
    /** Reflections applied together: rows a kernel takes at once. */
    private static final int PANEL = 4;
    /** Columns they are applied to together; as many zero columns less one lie behind the last. */
    private static final int GROUP = Columns.BLOCK;
    /** Rows of a chunk; so many that the reflections of a panel stay in the first-level cache. */
    private static final int CHUNK = 512;
    /** Between columns, which would otherwise meet in the same places of the cache. */
    private static final int GAP = 8;

    private final RowKernel kernel;
    private final int rows;
    private final int rank;
    private final double[] r;
    private final List<Chunk> chunks = new ArrayList<>();

    private TallQr(Factor factor, double unit, boolean keep, RowKernel kernel) {
        this.kernel = kernel;
        this.rows = factor.length();
        this.rank = factor.rank();
        this.r = new double[Math.multiplyExact(rank, rank)];
        Chunk chunk = new Chunk(rank);
        for (int from = 0; from < rows; from += CHUNK) {
            chunk.fill(factor, from, Math.min(CHUNK, rows - from), unit);
            factor(chunk);
            if (keep) {
                chunks.add(chunk);
                chunk = new Chunk(rank);
            }
        }
    }

    /** X in units of {@code unit}; R alone. */
    public static double[] triangle(Factor factor, double unit, RowKernel kernel) {
        return new TallQr(factor, unit, false, kernel).r;
    }

    /** X in units of {@code unit}, with Q to be applied by {@link #apply}: keeps X in double. */
    public static TallQr whole(Factor factor, double unit, RowKernel kernel) {
        return new TallQr(factor, unit, true, kernel);
    }

    /** R, upper triangular, {@code rank} × {@code rank}, row-major. */
    public double[] triangle() {
        return r;
    }

    /** Some rows of X, turned into the lower parts of the reflections. */
    private static final class Chunk {
        private static final int STRIDE = CHUNK + GAP;

        private final double[] columns;
        /** T of each panel, one after another. */
        private final double[] triangles;

        Chunk(int rank) {
            this.columns = new double[Math.multiplyExact(STRIDE, rank + GROUP - 1)];
            this.triangles = new double[(rank + PANEL - 1) / PANEL * PANEL * PANEL];
        }

        void fill(Factor factor, int from, int count, double unit) {
            if (count < CHUNK) {
                java.util.Arrays.fill(columns, 0);
            }
            factor.read(from, count, unit, columns, 0, STRIDE);
        }

        Columns columns(int first, int count) {
            return new Columns(columns, first * STRIDE, STRIDE, count);
        }

        /** Columns as rows of a kernel. */
        RowBlock reflections(int first, int count) {
            return new RowBlock(columns, first * STRIDE, count, STRIDE);
        }
    }

    private void factor(Chunk chunk) {
        for (int first = 0; first < rank; first += PANEL) {
            int count = Math.min(PANEL, rank - first);
            for (int k = 0; k < count; k++) {
                double tau = reflect(chunk, first + k, count - k - 1);
                extend(chunk, first, k, tau);
            }
            double[] above = new double[count * GROUP];
            for (int j = first + count; j < rank; j += GROUP) {
                int last = Math.min(GROUP, rank - j);
                for (int k = 0; k < count; k++) {
                    for (int v = 0; v < last; v++) {
                        above[k * GROUP + v] = r[(first + k) * rank + j + v];
                    }
                }
                apply(chunk, first, count, true, above, chunk.columns(j, GROUP));
                for (int k = 0; k < count; k++) {
                    for (int v = 0; v < last; v++) {
                        r[(first + k) * rank + j + v] = above[k * GROUP + v];
                    }
                }
            }
        }
    }

    /** Turns column j of the chunk into R's diagonal, and {@code others} columns behind it; returns τ. */
    private double reflect(Chunk chunk, int j, int others) {
        double[] columns = chunk.columns;
        int at = j * Chunk.STRIDE;
        double below = kernel.squares(columns, at, Chunk.STRIDE);
        double diagonal = r[j * rank + j];
        if (below == 0) {
            return 0;
        }
        double norm = Math.sqrt(diagonal * diagonal + below);
        double turned = diagonal > 0 ? -norm : norm;
        double factor = 1 / (diagonal - turned);
        for (int i = at; i < at + Chunk.STRIDE; i++) {
            columns[i] *= factor;
        }
        r[j * rank + j] = turned;
        double tau = (turned - diagonal) / turned;
        if (others > 0) {
            double[] y = new double[others];
            Columns behind = chunk.columns(j + 1, others);
            kernel.dot(chunk.reflections(j, 1), behind, y);
            for (int v = 0; v < others; v++) {
                y[v] = -tau * (y[v] + r[j * rank + j + 1 + v]);
                r[j * rank + j + 1 + v] += y[v];
            }
            kernel.axpy(chunk.reflections(j, 1), y, behind);
        }
        return tau;
    }

    /** Column k of a panel's T: −τ T Vᵀ v above τ. The upper parts of different reflections are orthogonal. */
    private void extend(Chunk chunk, int first, int k, double tau) {
        double[] t = chunk.triangles;
        int at = first * PANEL;
        t[at + k * PANEL + k] = tau;
        if (k == 0) {
            return;
        }
        double[] products = new double[k];
        kernel.dot(chunk.reflections(first, k), chunk.columns(first + k, 1), products);
        for (int i = 0; i < k; i++) {
            double sum = 0;
            for (int l = i; l < k; l++) {
                sum += t[at + i * PANEL + l] * products[l];
            }
            t[at + i * PANEL + k] = -tau * sum;
        }
    }

    /**
     * x ← x − V T Vᵀ x, or with Tᵀ for the reflections in their own order.
     *
     * @param above the parts of x that lie at the panel's places of R: element k·count + v
     * @param x the parts that lie at the chunk's rows
     */
    private void apply(Chunk chunk, int first, int count, boolean transposed, double[] above, Columns x) {
        int w = x.count();
        RowBlock reflections = chunk.reflections(first, count);
        double[] y = new double[count * w];
        kernel.dot(reflections, x, y);
        double[] change = new double[count * w];
        for (int i = 0; i < count; i++) {
            int from = transposed ? 0 : i;
            int to = transposed ? i + 1 : count;
            for (int l = from; l < to; l++) {
                double t = chunk.triangles[first * PANEL + (transposed ? l * PANEL + i : i * PANEL + l)];
                for (int v = 0; v < w; v++) {
                    change[i * w + v] -= t * (y[l * w + v] + above[l * w + v]);
                }
            }
        }
        for (int i = 0; i < change.length; i++) {
            above[i] += change[i];
        }
        kernel.axpy(reflections, change, x);
    }

    /** Q c for vectors c of {@code rank} coordinates; each as long as X. */
    public double[][] apply(double[][] coordinates) {
        double[][] images = new double[coordinates.length][rows];
        double[] part = new double[Chunk.STRIDE];
        for (int i = 0; i < images.length; i++) {
            double[] above = coordinates[i].clone();
            for (int c = chunks.size() - 1; c >= 0; c--) {
                java.util.Arrays.fill(part, 0);
                undo(chunks.get(c), above, new Columns(part, 0, Chunk.STRIDE, 1));
                System.arraycopy(part, 0, images[i], c * CHUNK, Math.min(CHUNK, rows - c * CHUNK));
            }
        }
        return images;
    }

    /** The chunk's reflections in reverse. */
    private void undo(Chunk chunk, double[] above, Columns x) {
        for (int first = (rank - 1) / PANEL * PANEL; first >= 0; first -= PANEL) {
            int count = Math.min(PANEL, rank - first);
            double[] here = java.util.Arrays.copyOfRange(above, first, first + count);
            apply(chunk, first, count, false, here, x);
            System.arraycopy(here, 0, above, first, count);
        }
    }
}
