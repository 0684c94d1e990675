/** Deep linear networks under gradient flow (Theorems 1, 3 and 4, Lemma 6). */
@NullMarked
package org.lowrank.trainer.theory.linear;

import org.jspecify.annotations.NullMarked;
