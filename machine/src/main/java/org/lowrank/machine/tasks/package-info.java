/** Independent work done side by side by a few threads, with one policy for failure and interruption. */
@NullMarked
package org.lowrank.machine.tasks;

import org.jspecify.annotations.NullMarked;
