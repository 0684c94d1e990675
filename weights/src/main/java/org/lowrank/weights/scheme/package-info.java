/** Quantisation schemes: several stored tensors (codes, scales, zero points) → one weight. */
@NullMarked
package org.lowrank.weights.scheme;

import org.jspecify.annotations.NullMarked;
