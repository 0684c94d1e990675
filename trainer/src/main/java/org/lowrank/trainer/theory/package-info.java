/** Every numbered result of the paper as a check of both its sides; the catalogue, the run and its report. */
@NullMarked
package org.lowrank.trainer.theory;

import org.jspecify.annotations.NullMarked;
