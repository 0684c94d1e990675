/** Weights of models by name, whatever their place and format. {@link org.lowrank.weights.OpenWeights} is the way in. */
@NullMarked
package org.lowrank.weights;

import org.jspecify.annotations.NullMarked;
