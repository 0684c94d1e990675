/** Small homogeneous networks in double precision: gradients, gradient descent, gradient flow. */
@NullMarked
package org.lowrank.trainer.theory.flow;

import org.jspecify.annotations.NullMarked;
