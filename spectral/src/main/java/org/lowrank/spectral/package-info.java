/** Matrices to numbers: Frobenius norm, spectral norm with bounds, stable rank, singular values. No I/O. */
@NullMarked
package org.lowrank.spectral;

import org.jspecify.annotations.NullMarked;
