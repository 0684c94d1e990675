/** Training that the paper's theory does not cover: biases, several classes, momentum, mini-batches and AdamW. */
@NullMarked
package org.lowrank.trainer.variant;

import org.jspecify.annotations.NullMarked;
