/**
 * The one engine that runs every described transformer, in float32 on DJL's PyTorch.
 *
 * <p>Surface of the module for programs: this package, {@code loss} and {@code text} (docs/adr/0009-surfaces.md).
 */
@NullMarked
package org.lowrank.inference.engine;

import org.jspecify.annotations.NullMarked;
