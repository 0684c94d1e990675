/**
 * Weights of models by name, whatever their place and format. {@link org.lowrank.weights.OpenWeights} is the way in.
 *
 * <p>Surface of the module for programs: this package, {@code files} and {@code tensor} (docs/adr/0009-surfaces.md).
 */
@NullMarked
package org.lowrank.weights;

import org.jspecify.annotations.NullMarked;
