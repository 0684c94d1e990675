/** What a check is: claims, recorded sides, verdicts. */
@NullMarked
package org.lowrank.trainer.theory.claim;

import org.jspecify.annotations.NullMarked;
