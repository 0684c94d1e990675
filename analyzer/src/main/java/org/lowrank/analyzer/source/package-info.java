/** Where bytes come from (path, Hugging Face Hub, Maven) and how each file format is read. */
@NullMarked
package org.lowrank.analyzer.source;

import org.jspecify.annotations.NullMarked;
