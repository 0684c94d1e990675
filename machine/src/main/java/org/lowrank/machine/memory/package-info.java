/** Rows of numbers where they lie in memory: what weights gives and spectral reads, without either knowing the other. */
@NullMarked
package org.lowrank.machine.memory;

import org.jspecify.annotations.NullMarked;
