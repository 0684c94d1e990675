/** The merge methods, one class each beside its paper: tensors to one tensor, in double, chunk by chunk. */
@NullMarked
package org.lowrank.merge.method;

import org.jspecify.annotations.NullMarked;
