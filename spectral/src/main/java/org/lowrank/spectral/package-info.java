/**
 * Matrices to numbers: Frobenius norm, spectral norm with bounds, stable rank, singular values. No I/O.
 *
 * <p>Surface of the module for programs: this package and {@code matrix} (docs/adr/0009-surfaces.md).
 */
@NullMarked
package org.lowrank.spectral;

import org.jspecify.annotations.NullMarked;
