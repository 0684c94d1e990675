package org.lowrank.analyzer.activation;

import org.jspecify.annotations.Nullable;

/**
 * The matrix of one place's activations, tokens × width, in numbers. A row of run.csv.
 *
 * @param stack {@code encoder} or {@code decoder}
 * @param layer from 0; −1 for the embedding
 * @param input QKV, O, M1, M2 (with {@code :E<i>} or {@code :shared} for experts) or {@code hidden}
 * @param sequences how many there were
 * @param tokens rows
 * @param width columns
 * @param frobeniusNorm ‖X‖_F, summed in double
 * @param spectralNorm ‖X‖_2, to a relative 1e-9
 * @param stableRank ‖X‖_F/‖X‖_2; null where X is zero
 * @param mean of all entries
 * @param std of all entries, divisor N
 * @param zeroFraction share of entries that are exactly 0
 */
public record ActivationMeasurement(
        String stack,
        int layer,
        String input,
        int sequences,
        long tokens,
        int width,
        double frobeniusNorm,
        double spectralNorm,
        @Nullable Double stableRank,
        double mean,
        double std,
        double zeroFraction) {}
