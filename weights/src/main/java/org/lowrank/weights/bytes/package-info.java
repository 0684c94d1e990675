/** Bytes of a file at any offset: mapped, fetched or in memory, checked against the file's size. */
@NullMarked
package org.lowrank.weights.bytes;

import org.jspecify.annotations.NullMarked;
