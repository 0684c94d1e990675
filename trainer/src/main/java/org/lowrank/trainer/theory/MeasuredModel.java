package org.lowrank.trainer.theory;

import java.util.List;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.network.RankBound;

/**
 * The matrices of a pretrained model beside Lemma 4's bound on the mean inverse stable rank (1/K) Σ ‖W_k‖_2/‖W_k‖_F. The lemma does
 * not speak of such models (biases, softmax, layer norms, a decay that is no term of an objective), so nothing is judged.
 *
 * @param model its name
 * @param matrices K, how many
 * @param mean inverse stable rank as measured
 * @param floor what any matrices of these shapes have, the mean of 1/√min(r, c)
 * @param gaussian what random normal ones have, the mean of (√r + √c)/√(rc)
 * @param lambda λ of the bound
 * @param equation3 λ^{1−1/K} e^{1−2/K}, as printed
 * @param sharper (λ e^{1−2/K})^{1/2}, from B² ≤ 1/(eλ)
 */
public record MeasuredModel(
        String model,
        int matrices,
        double mean,
        double floor,
        double gaussian,
        double lambda,
        double equation3,
        double sharper) {
    /** A matrix of r × c entries. */
    public record Matrix(long rows, long cols, double stableRank) {}

    /**
     * The bound for as many layers as there are matrices.
     *
     * @throws IllegalArgumentException without matrices
     */
    public static MeasuredModel of(String model, List<Matrix> matrices, double lambda) {
        if (matrices.isEmpty()) {
            throw new IllegalArgumentException("lemma-4: " + model + ": no measured layer matrix");
        }
        int layers = matrices.size();
        double mean = 0;
        double floor = 0;
        double gaussian = 0;
        for (Matrix matrix : matrices) {
            double r = Math.sqrt(matrix.rows);
            double c = Math.sqrt(matrix.cols);
            mean += 1 / matrix.stableRank / layers;
            floor += 1 / Math.min(r, c) / layers;
            gaussian += (r + c) / (r * c) / layers;
        }
        return new MeasuredModel(
                model,
                layers,
                mean,
                floor,
                gaussian,
                lambda,
                RankBound.equation3(lambda, layers),
                RankBound.sharper(lambda, layers));
    }

    /** {@code lemma-4.csv}. */
    public static String csv(List<MeasuredModel> models) {
        CsvWriter csv = new CsvWriter(List.of(
                "model",
                "matrices",
                "mean_inverse_stable_rank",
                "floor",
                "gaussian",
                "lambda",
                "equation_3",
                "equation_3_sharper"));
        for (MeasuredModel m : models) {
            csv.add(List.of(
                    m.model,
                    Integer.toString(m.matrices),
                    CsvWriter.number(m.mean),
                    CsvWriter.number(m.floor),
                    CsvWriter.number(m.gaussian),
                    CsvWriter.number(m.lambda),
                    CsvWriter.number(m.equation3),
                    CsvWriter.number(m.sharper)));
        }
        return csv.toString();
    }

    /** In one sentence. */
    public String sentence() {
        return model + ": mean inverse stable rank " + NumberText.of(mean) + " over " + matrices
                + " matrices; any weights have " + NumberText.of(floor) + ", normal ones " + NumberText.of(gaussian)
                + "; equation (3) at λ = " + NumberText.exact(lambda) + " asks for " + NumberText.of(equation3)
                + (equation3 <= floor ? ", which is vacuous here" : "") + ", from B² ≤ 1/(eλ) for "
                + NumberText.of(sharper) + ".";
    }
}
