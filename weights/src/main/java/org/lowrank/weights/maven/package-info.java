/** Models published as Maven artifacts. */
@NullMarked
package org.lowrank.weights.maven;

import org.jspecify.annotations.NullMarked;
