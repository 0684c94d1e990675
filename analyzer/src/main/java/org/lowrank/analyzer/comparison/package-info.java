/** Two models side by side: ratios, the difference of their weights, and how far their leading directions overlap. */
@NullMarked
package org.lowrank.analyzer.comparison;

import org.jspecify.annotations.NullMarked;
