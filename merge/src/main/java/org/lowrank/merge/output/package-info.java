/** The record of a merge as CSV, JSON, report and model card. */
@NullMarked
package org.lowrank.merge.output;

import org.jspecify.annotations.NullMarked;
