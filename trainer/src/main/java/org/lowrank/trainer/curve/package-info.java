/** Measured quantities over recorded steps, and their statistics over draws. */
@NullMarked
package org.lowrank.trainer.curve;

import org.jspecify.annotations.NullMarked;
