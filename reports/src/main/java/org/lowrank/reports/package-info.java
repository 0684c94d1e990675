/** Results to files: CSV, JSON, HTML, SVG and PNG. Knows nothing of models or training. */
@NullMarked
package org.lowrank.reports;

import org.jspecify.annotations.NullMarked;
