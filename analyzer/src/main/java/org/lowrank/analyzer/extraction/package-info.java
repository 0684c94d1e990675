/** Task vectors as low-rank adapters, and adapters as smaller ones, with the error of each matrix. */
@NullMarked
package org.lowrank.analyzer.extraction;

import org.jspecify.annotations.NullMarked;
