/** Tensors to files: safetensors in shards with their index, each file whole or not at all. */
@NullMarked
package org.lowrank.weights.writing;

import org.jspecify.annotations.NullMarked;
