@NullMarked
package org.lowrank.trainer;

import org.jspecify.annotations.NullMarked;
