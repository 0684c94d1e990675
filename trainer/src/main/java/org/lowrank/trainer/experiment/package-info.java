/** The experiments of Figures 2, 3 and 5: settings to result records, in draws that run side by side. */
@NullMarked
package org.lowrank.trainer.experiment;

import org.jspecify.annotations.NullMarked;
