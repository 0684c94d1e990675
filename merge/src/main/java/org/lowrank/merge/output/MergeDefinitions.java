package org.lowrank.merge.output;

import java.util.List;
import org.lowrank.reports.Report.Fact;

/** What the numbers of a prediction are, in a line each, for the page. */
final class MergeDefinitions {
    static final List<Fact> FACTS = List.of(
            new Fact(
                    "Cosine",
                    "⟨Δ_A, Δ_B⟩/(‖Δ_A‖_F ‖Δ_B‖_F); its standard deviation for randomly rotated task vectors is 1/√(rc).",
                    false),
            new Fact(
                    "Overlap",
                    "√(mean cos²θ) of the principal angles between the leading k right (rows) and left (columns) "
                            + "directions; √(k/d) for independent random spaces.",
                    false),
            new Fact(
                    "STI",
                    "singular task interference ‖(UᵀU − I) Σ (VᵀV − I)‖_1 of the leading directions (Gargiulo et "
                            + "al., CVPR 2025); random: its mean over 32 draws of independent directions.",
                    false),
            new Fact(
                    "‖sum‖_2",
                    "‖w_A Δ_A + w_B Δ_B‖_2: the larger part where the directions are orthogonal, both together "
                            + "where they agree; random: the rows and columns of Δ_B in random order and signs.",
                    false));

    private MergeDefinitions() {}
}
