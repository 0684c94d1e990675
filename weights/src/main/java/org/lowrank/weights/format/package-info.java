/** How each weight format is read: one class per format behind {@link org.lowrank.weights.format.WeightFormat}. */
@NullMarked
package org.lowrank.weights.format;

import org.jspecify.annotations.NullMarked;
