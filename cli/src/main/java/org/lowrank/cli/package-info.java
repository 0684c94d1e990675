/** The one {@code lowrank} command: options, wiring of the steps, terminal output, exit codes. */
@NullMarked
package org.lowrank.cli;

import org.jspecify.annotations.NullMarked;
