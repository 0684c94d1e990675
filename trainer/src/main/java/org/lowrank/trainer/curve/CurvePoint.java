package org.lowrank.trainer.curve;

/**
 * One measured number of one draw: a row of {@code curves.csv}.
 *
 * @param experiment {@code sweep}, {@code merging}, {@code lemma-4}…
 * @param condition what distinguishes its runs besides draw and λ: {@code orthogonal}, {@code same}, {@code c=10}…
 * @param draw from 0; the seed of a draw follows from it
 * @param lambda weight decay λ
 * @param step of descent, 0 at the initialisation
 * @param metric what was measured
 * @param value NaN where it is undefined
 */
public record CurvePoint(
        String experiment, String condition, int draw, double lambda, long step, String metric, double value) {}
