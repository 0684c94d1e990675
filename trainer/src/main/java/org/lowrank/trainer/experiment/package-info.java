/**
 * The experiments of Figures 2, 3 and 5: settings to result records, in draws that run side by side.
 *
 * <p>Surface of the module for programs: this package, {@code theory} and {@code theory.claim} (docs/adr/0009-surfaces.md).
 */
@NullMarked
package org.lowrank.trainer.experiment;

import org.jspecify.annotations.NullMarked;
