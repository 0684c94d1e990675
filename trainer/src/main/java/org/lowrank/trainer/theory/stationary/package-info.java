/** Section 4: what weight decay does at stationary points (Lemmas 1 to 4). */
@NullMarked
package org.lowrank.trainer.theory.stationary;

import org.jspecify.annotations.NullMarked;
