/** A named tensor: dtype, shape, bytes on demand. */
@NullMarked
package org.lowrank.analyzer.tensor;

import org.jspecify.annotations.NullMarked;
