/**
 * Weights of a pretrained model to measurements of every layer: source, tensor, layer, measurement, output.
 *
 * <p>Surface of the module for programs: this package, {@code layer} and {@code output} (docs/adr/0009-surfaces.md).
 */
@NullMarked
package org.lowrank.analyzer;

import org.jspecify.annotations.NullMarked;
