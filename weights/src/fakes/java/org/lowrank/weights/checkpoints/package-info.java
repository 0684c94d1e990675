/** Writers of small checkpoints in every format, made for tests and independent of the readers. */
@NullMarked
package org.lowrank.weights.checkpoints;

import org.jspecify.annotations.NullMarked;
