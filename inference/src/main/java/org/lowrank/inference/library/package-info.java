/** PyTorch's own library, where the program comes without it. */
@NullMarked
package org.lowrank.inference.library;

import org.jspecify.annotations.NullMarked;
