/**
 * What the programs state and how sure it is: one type for findings and verdicts, below everything that makes them and the page
 * that shows them.
 */
@NullMarked
package org.lowrank.reports.finding;

import org.jspecify.annotations.NullMarked;
