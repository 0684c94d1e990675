/** The only place where measurements become files and a report. */
@NullMarked
package org.lowrank.analyzer.output;

import org.jspecify.annotations.NullMarked;
