/** The unit of work: matrices of one model that are measured anywhere with the same result. */
@NullMarked
package org.lowrank.survey.work;

import org.jspecify.annotations.NullMarked;
