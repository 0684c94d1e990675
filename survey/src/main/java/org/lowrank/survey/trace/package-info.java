/** A training run: the measures of every checkpoint over its steps. */
@NullMarked
package org.lowrank.survey.trace;

import org.jspecify.annotations.NullMarked;
