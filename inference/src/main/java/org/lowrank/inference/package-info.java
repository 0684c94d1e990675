/** Running transformers layer by layer: description → engine. */
@NullMarked
package org.lowrank.inference;

import org.jspecify.annotations.NullMarked;
