/**
 * Many models measured into one table.
 *
 * <p>Surface of the module for programs: this package and {@code trace} (docs/adr/0009-surfaces.md).
 */
@NullMarked
package org.lowrank.survey.population;

import org.jspecify.annotations.NullMarked;
