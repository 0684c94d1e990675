/** What models lose on texts. */
@NullMarked
package org.lowrank.inference.loss;

import org.jspecify.annotations.NullMarked;
