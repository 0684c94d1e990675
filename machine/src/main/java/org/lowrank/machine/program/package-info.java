/** What results say of the program that made them. */
@NullMarked
package org.lowrank.machine.program;

import org.jspecify.annotations.NullMarked;
