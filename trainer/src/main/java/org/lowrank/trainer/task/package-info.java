/** What networks are trained on: inputs with labels, pairs of tasks, explicit seeds. */
@NullMarked
package org.lowrank.trainer.task;

import org.jspecify.annotations.NullMarked;
