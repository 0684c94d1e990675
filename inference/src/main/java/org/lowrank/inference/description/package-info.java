/** How a transformer runs, as data: declarations by {@code model_type}, put together with config.json. */
@NullMarked
package org.lowrank.inference.description;

import org.jspecify.annotations.NullMarked;
