/** Many models measured into one table. */
@NullMarked
package org.lowrank.survey.population;

import org.jspecify.annotations.NullMarked;
