/** Weights of a pretrained model to measurements of every layer: source, tensor, layer, measurement, output. */
@NullMarked
package org.lowrank.analyzer;

import org.jspecify.annotations.NullMarked;
