/** The six pretrained models of the paper in the layout their repositories have. */
@NullMarked
package org.lowrank.analyzer.paper;

import org.jspecify.annotations.NullMarked;
