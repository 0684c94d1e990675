package org.lowrank.spectral;

/** A running sum whose error does not grow with the number of terms (Neumaier 1974). */
final class CompensatedSum {
    private double sum;
    private double compensation;

    void add(double term) {
        double next = sum + term;
        compensation += Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
        sum = next;
    }

    double value() {
        return sum + compensation;
    }
}
