/** Which tensor plays which role in which layer: one declaration per architecture, no code per model. */
@NullMarked
package org.lowrank.analyzer.layer;

import org.jspecify.annotations.NullMarked;
