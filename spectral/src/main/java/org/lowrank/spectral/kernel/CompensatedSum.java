package org.lowrank.spectral.kernel;

/** A running sum whose error does not grow with the number of terms (Neumaier 1974). */
public final class CompensatedSum {
    private double sum;
    private double compensation;

    public void add(double term) {
        double next = sum + term;
        compensation += Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
        sum = next;
    }

    public double value() {
        return sum + compensation;
    }
}
