/**
 * Results to files: CSV, JSON, HTML, SVG and PNG. Knows nothing of models or training.
 *
 * <p>Surface of the module for programs: this package and {@code finding} (docs/adr/0009-surfaces.md).
 */
@NullMarked
package org.lowrank.reports;

import org.jspecify.annotations.NullMarked;
