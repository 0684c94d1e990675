/** Bias-free ReLU networks: weights, forward beside backward, losses. */
@NullMarked
package org.lowrank.trainer.network;

import org.jspecify.annotations.NullMarked;
