/** Text that others wrote, on its way to a person. */
@NullMarked
package org.lowrank.machine.text;

import org.jspecify.annotations.NullMarked;
