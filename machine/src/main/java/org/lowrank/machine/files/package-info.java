/** Directories and files of the machine. */
@NullMarked
package org.lowrank.machine.files;

import org.jspecify.annotations.NullMarked;
