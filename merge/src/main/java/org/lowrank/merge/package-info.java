/**
 * Several checkpoints to one: inputs, the plan, the run.
 *
 * <p>Surface of the module for programs: this package, {@code output} and {@code recipe} (docs/adr/0009-surfaces.md).
 */
@NullMarked
package org.lowrank.merge;

import org.jspecify.annotations.NullMarked;
