/** How each weight format is read: one class per format behind {@link org.lowrank.analyzer.source.format.WeightFormat}. */
@NullMarked
package org.lowrank.analyzer.source.format;

import org.jspecify.annotations.NullMarked;
