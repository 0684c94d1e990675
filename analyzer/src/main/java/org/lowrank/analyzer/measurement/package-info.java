/** The layer matrices of a model to their measurements. */
@NullMarked
package org.lowrank.analyzer.measurement;

import org.jspecify.annotations.NullMarked;
