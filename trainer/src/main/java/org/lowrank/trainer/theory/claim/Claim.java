package org.lowrank.trainer.theory.claim;

/**
 * One reading of a statement: a relation between two recorded sides.
 *
 * @param part what of the paper it is
 * @param id names its metrics {@code <id>: lhs} and {@code <id>: rhs}; {@code printed} for the paper's own words
 * @param words where this reading differs from others, or why it is looked at
 * @param formula what is compared
 * @param relation between left and right
 * @param moment when it has to hold
 * @param scale of the recorded sides
 * @param tolerance allowed for rounding and integration: relative to the larger side, on {@link Scale#LOGARITHM}
 *     absolute; for {@link Relation#EQUAL} the allowed deviation
 */
public record Claim(
        Part part,
        String id,
        String words,
        String formula,
        Relation relation,
        Moment moment,
        Scale scale,
        double tolerance) {
    /** What of the paper a reading is. One rule for all results: a result holds as printed if all its statements do. */
    public enum Part {
        /** What the result states, in a reading that its words allow or a case that the text names. */
        STATEMENT,
        /** A line of its proof, or what the text draws from it; it does not decide about the result. */
        SIDE,
        /** Not the paper's: sharper, repaired, or a special case. */
        OURS
    }

    /** Between the recorded left and right sides. */
    public enum Relation {
        AT_MOST("≤"),
        AT_LEAST("≥"),
        EQUAL("=");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }

        /** As written in a formula. */
        public String sign() {
            return sign;
        }
    }

    /** When a relation has to hold. */
    public enum Moment {
        /** At every recorded step. */
        EVERY_STEP,
        /** At a run's last step only: a statement about the limit. */
        LAST_STEP
    }

    /** What a recorded side is. */
    public enum Scale {
        /** The side itself. */
        LINEAR,
        /** Its natural logarithm, where the side would overflow. */
        LOGARITHM
    }

    /** Metric of the left side. */
    public String left() {
        return id + ": lhs";
    }

    /** Metric of the right side. */
    public String right() {
        return id + ": rhs";
    }

    /**
     * Metric of what any weights of these norms satisfy in place of the right side; recorded where there is such a thing. A bound
     * that is nowhere sharper says nothing. Of an equality it is the size of the terms that cancel in its sides, which its
     * deviation is relative to.
     */
    public String trivial() {
        return relation == Relation.EQUAL ? id + ": terms" : id + ": any weights";
    }

    /** left ≤ right at every step, to 1e-9. */
    public static Claim atMost(String id, String words, String formula) {
        return new Claim(Part.STATEMENT, id, words, formula, Relation.AT_MOST, Moment.EVERY_STEP, Scale.LINEAR, 1e-9);
    }

    /** left ≥ right at every step, to 1e-9. */
    public static Claim atLeast(String id, String words, String formula) {
        return new Claim(Part.STATEMENT, id, words, formula, Relation.AT_LEAST, Moment.EVERY_STEP, Scale.LINEAR, 1e-9);
    }

    /** left ≤ right at the last step. */
    public static Claim finallyAtMost(String id, String words, String formula) {
        return new Claim(Part.STATEMENT, id, words, formula, Relation.AT_MOST, Moment.LAST_STEP, Scale.LINEAR, 1e-9);
    }

    /** left ≥ right at the last step. */
    public static Claim finallyAtLeast(String id, String words, String formula) {
        return new Claim(Part.STATEMENT, id, words, formula, Relation.AT_LEAST, Moment.LAST_STEP, Scale.LINEAR, 1e-9);
    }

    /** left = right at every step, to a relative tolerance. */
    public static Claim equal(String id, String words, String formula, double tolerance) {
        return new Claim(
                Part.STATEMENT, id, words, formula, Relation.EQUAL, Moment.EVERY_STEP, Scale.LINEAR, tolerance);
    }

    /** left = right at the last step, to a relative tolerance. */
    public static Claim finallyEqual(String id, String words, String formula, double tolerance) {
        return new Claim(Part.STATEMENT, id, words, formula, Relation.EQUAL, Moment.LAST_STEP, Scale.LINEAR, tolerance);
    }

    /** The same claim about the logarithms of its sides; tolerance 1e-6. */
    public Claim inLogarithms() {
        return new Claim(part, id, words, formula, relation, moment, Scale.LOGARITHM, 1e-6);
    }

    /** The same claim as a line of a proof or of the text. */
    public Claim aside() {
        return new Claim(Part.SIDE, id, words, formula, relation, moment, scale, tolerance);
    }

    /** The same claim as ours. */
    public Claim ours() {
        return new Claim(Part.OURS, id, words, formula, relation, moment, scale, tolerance);
    }
}
