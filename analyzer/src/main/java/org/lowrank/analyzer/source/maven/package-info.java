/** Models published as Maven artifacts. */
@NullMarked
package org.lowrank.analyzer.source.maven;

import org.jspecify.annotations.NullMarked;
