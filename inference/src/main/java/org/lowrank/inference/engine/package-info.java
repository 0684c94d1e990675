/** The one engine that runs every described transformer, in float32 on DJL's PyTorch. */
@NullMarked
package org.lowrank.inference.engine;

import org.jspecify.annotations.NullMarked;
