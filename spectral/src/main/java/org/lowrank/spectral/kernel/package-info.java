/** Loops over rows and columns: widening, products, sums, in plain Java and the Vector API. For the rooms of this module only. */
@NullMarked
package org.lowrank.spectral.kernel;

import org.jspecify.annotations.NullMarked;
