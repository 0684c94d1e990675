/** From what a user calls a model to its files. */
@NullMarked
package org.lowrank.weights.reference;

import org.jspecify.annotations.NullMarked;
