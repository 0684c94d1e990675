/** Curves to CSV, JSON and report. */
@NullMarked
package org.lowrank.trainer.output;

import org.jspecify.annotations.NullMarked;
