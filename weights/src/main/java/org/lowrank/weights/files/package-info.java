/** The files of one model, wherever it lies, and how they are asked for. */
@NullMarked
package org.lowrank.weights.files;

import org.jspecify.annotations.NullMarked;
