/** What models compute on texts: statistics of the inputs of their matrices, and how orthogonal two texts' inputs are. */
@NullMarked
package org.lowrank.analyzer.activation;

import org.jspecify.annotations.NullMarked;
