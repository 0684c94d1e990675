package org.lowrank.reports.finding;

/** How the number of a finding stands against its declared thresholds. */
public enum Verdict {
    /** The claim, and not what random weights or a control give as well. */
    HOLDS("✓"),
    /** The claim up to the wider of two thresholds. */
    ROUGHLY("~"),
    /** Unlike the claim. */
    EXCEPTION("✗"),
    /** Measured; nothing is claimed of it. */
    INFORMATION("·"),
    /** The value agrees with the claim and with the null alike: it speaks for neither. */
    INDISTINGUISHABLE("≈"),
    /** Too few draws or too wide an interval to say. */
    UNDECIDED("?");

    private final String sign;

    Verdict(String sign) {
        this.sign = sign;
    }

    /** One character, so that a verdict is told without colour. */
    public String sign() {
        return sign;
    }
}
