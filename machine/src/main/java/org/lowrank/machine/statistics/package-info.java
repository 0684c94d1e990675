/** Numbers that describe a sample, for every module that has samples. */
@NullMarked
package org.lowrank.machine.statistics;

import org.jspecify.annotations.NullMarked;
