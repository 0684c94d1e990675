/** Models on the Hugging Face Hub: its HTTP protocol, its standard on-disk cache, reading by range. */
@NullMarked
package org.lowrank.weights.hub;

import org.jspecify.annotations.NullMarked;
