/** Several checkpoints to one: inputs, the plan, the run. */
@NullMarked
package org.lowrank.merge;

import org.jspecify.annotations.NullMarked;
