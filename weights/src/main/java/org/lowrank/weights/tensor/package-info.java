/** A named tensor: dtype, shape, bytes on demand. */
@NullMarked
package org.lowrank.weights.tensor;

import org.jspecify.annotations.NullMarked;
