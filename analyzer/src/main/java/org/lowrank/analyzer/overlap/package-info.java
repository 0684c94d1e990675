/** How orthogonal the inputs of two tasks are to a model: tokens, their embeddings, inner products (Section 5's ε). */
@NullMarked
package org.lowrank.analyzer.overlap;

import org.jspecify.annotations.NullMarked;
