/** Benchmarks: no part of the program. */
@NullMarked
package org.lowrank.benchmarks;

import org.jspecify.annotations.NullMarked;
