package org.lowrank.trainer.experiment;

/**
 * What one curve of an experiment measures: a quantity, of which matrix or layer, and of which network on which task. Its text is
 * the {@code metric} of curves.csv: {@code loss_merged_first}, {@code stable_rank_w1}, {@code cosine_h2_first}.
 *
 * @param quantity measured
 * @param index of the matrix or hidden layer, from 1; 0 for a quantity of the whole network
 * @param subject whose
 */
public record Metric(Quantity quantity, int index, Subject subject) {
    /** Checks that what belongs to a matrix or layer says to which, and nothing else does. */
    public Metric {
        if ((index > 0) == quantity.each.isEmpty() || index < 0) {
            throw new IllegalArgumentException("metric: " + quantity + " with index " + index);
        }
    }

    /** The name in curves.csv. */
    public String text() {
        return quantity.text + (index == 0 ? "" : "_" + quantity.each + index) + subject.suffix;
    }

    /** The same of another network or task. */
    public Metric of(Subject other) {
        return new Metric(quantity, index, other);
    }

    /** Quantities that experiments record; NetworkMeasures and MergeMechanism define those of one and two networks. */
    public enum Quantity {
        /** Mean logistic loss (or cross-entropy with several classes). */
        LOSS("loss", ""),
        /** Share of wrong signs (or classes). */
        ERROR("error", ""),
        /** Share of y f(x) &lt; 1. */
        MARGIN_ERROR("margin_error", ""),
        /** (1/K) Σ ‖W_k‖_2/‖W_k‖_F. */
        MEAN_INVERSE_STABLE_RANK("mean_inverse_stable_rank", ""),
        /** ‖W_k‖_F/‖W_k‖_2. */
        STABLE_RANK("stable_rank", "w"),
        /** ‖W_k‖_F. */
        FROBENIUS_NORM("frobenius_norm", "w"),
        /** cos(θ, −∇L). */
        ALIGNMENT("alignment", ""),
        /** ‖λθ + ∇L‖/(λ‖θ‖). */
        RESIDUAL("residual", ""),
        /** Deviation from Lemma 3's identity. */
        BALANCE("balance", ""),
        /** Σ|f_{θ+θ′} − f_θ| / Σ|f_θ|. */
        OUTPUT_GAP("output_gap", ""),
        /** Σ y (f_{θ+θ′} − f_θ) / Σ|f_θ|. */
        SIGNED_GAP("signed_gap", ""),
        /** ‖h_k(θ+θ′) − h_k(θ)‖/‖h_k(θ)‖. */
        ACTIVATION_GAP("activation_gap", "h"),
        /** Mean cosine of activations of the two networks. */
        COSINE("cosine", "h"),
        /** ‖W′_k h‖/‖W_k h‖. */
        PROJECTION("projection", "w"),
        /** Loss of each task's own network, mean over tasks. */
        INDIVIDUAL_LOSS("individual_loss", ""),
        /** Loss of the sum of all networks, mean over tasks. */
        MERGED_LOSS("merged_loss", ""),
        /** Loss of their mean. */
        AVERAGED_LOSS("averaged_loss", ""),
        /** Share of wrong signs of the sum. */
        MERGED_ERROR("merged_error", ""),
        /** The loss on samples that were not trained on. */
        HELD_OUT_LOSS("held_out_loss", ""),
        /** Share of wrong signs on them. */
        HELD_OUT_ERROR("held_out_error", ""),
        /** ‖θ − θ0‖/‖θ0‖ of a fine-tuned network. */
        CHANGE("change", ""),
        /** Stable rank of task vectors, mean over the matrices of the layers. */
        TASK_VECTOR_RANK("stable_rank", ""),
        /** What random matrices of their shapes have. */
        GAUSSIAN_RANK("gaussian_stable_rank", ""),
        /** Cosine of two task vectors, mean over the matrices, as the next ones. */
        TASK_VECTOR_COSINE("cosine", ""),
        /** Its standard deviation for unrelated ones. */
        RANDOM_COSINE("random_cosine", ""),
        /** √(mean cos²θ) of the leading right directions of two task vectors. */
        ROW_OVERLAP("row_overlap", ""),
        /** Of unrelated ones. */
        RANDOM_ROW_OVERLAP("random_row_overlap", ""),
        /** The same of the left directions. */
        COLUMN_OVERLAP("column_overlap", ""),
        /** Of unrelated ones. */
        RANDOM_COLUMN_OVERLAP("random_column_overlap", ""),
        /** Singular task interference over that of unrelated ones. */
        RELATIVE_INTERFERENCE("relative_interference", ""),
        /** (‖Δ1 + Δ2‖ − larger)/(both − larger): 0 orthogonal, 1 constructive. */
        CONSTRUCTIVE("constructive", ""),
        /** Loss of the best multiple of the sum. */
        SCALED_LOSS("scaled_loss", ""),
        /** That multiple. */
        BEST_SCALE("best_scale", ""),
        /** Bound on the output gap with measured projections. */
        GAP_BOUND("gap_bound", ""),
        /** Bound on it with norms from the second layer on. */
        NORM_BOUND("norm_bound", ""),
        /** Output gap where the other network's hidden matrices are randomly rotated. */
        ROTATED_GAP("rotated_gap", ""),
        /** Loss there. */
        ROTATED_LOSS("rotated_loss", ""),
        /** Output gap where they are normal of equal norm. */
        GAUSSIAN_GAP("gaussian_gap", ""),
        /** Loss there. */
        GAUSSIAN_LOSS("gaussian_loss", "");

        private final String text;
        private final String each;

        Quantity(String text, String each) {
            this.text = text;
            this.each = each;
        }

        /** Of the only network there is, or of all together. */
        public Metric alone() {
            return new Metric(this, 0, Subject.ALONE);
        }

        /** Of a matrix or hidden layer of the only network. */
        public Metric at(int index) {
            return new Metric(this, index, Subject.ALONE);
        }

        /** Of one of several networks. */
        public Metric of(Subject subject) {
            return new Metric(this, 0, subject);
        }
    }

    /** Whose quantity it is. */
    public enum Subject {
        /** The only network's, or a mean over all. */
        ALONE(""),
        /** The first network's on its own task. */
        FIRST("_first"),
        /** The second network's on its own task. */
        SECOND("_second"),
        /** The merged network's, or of both tasks. */
        MERGED("_merged"),
        /** The merged network's on the first task. */
        MERGED_FIRST("_merged_first"),
        /** The merged network's on the second task. */
        MERGED_SECOND("_merged_second");

        private final String suffix;

        Subject(String suffix) {
            this.suffix = suffix;
        }

        /** The same on the first task. */
        public Subject first() {
            return this == MERGED ? MERGED_FIRST : FIRST;
        }

        /** The same on the second task. */
        public Subject second() {
            return this == MERGED ? MERGED_SECOND : SECOND;
        }

        /** The merged network on the task of this one. */
        public Subject merged() {
            return switch (this) {
                case FIRST -> MERGED_FIRST;
                case SECOND -> MERGED_SECOND;
                default -> MERGED;
            };
        }
    }
}
