/** A matrix as it is stored, and packed for products: what the measures take in. */
@NullMarked
package org.lowrank.spectral.matrix;

import org.jspecify.annotations.NullMarked;
