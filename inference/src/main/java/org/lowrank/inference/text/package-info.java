/** From text to token ids with a model's own tokenizer, which runs in a process of its own. */
@NullMarked
package org.lowrank.inference.text;

import org.jspecify.annotations.NullMarked;
