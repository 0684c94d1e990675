/** Merging of linear, shallow and deep ReLU networks (Section 5, Lemmas 5, 7, 8, Corollaries 1, 2, Theorem 2). */
@NullMarked
package org.lowrank.trainer.theory.merging;

import org.jspecify.annotations.NullMarked;
