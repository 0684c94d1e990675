/** Networks added to each other, and what is measured of them. */
@NullMarked
package org.lowrank.trainer.merge;

import org.jspecify.annotations.NullMarked;
