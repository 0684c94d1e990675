/** Gradient descent with weight decay: the plain reference and the fast descents that are tested against it. */
@NullMarked
package org.lowrank.trainer.descent;

import org.jspecify.annotations.NullMarked;
