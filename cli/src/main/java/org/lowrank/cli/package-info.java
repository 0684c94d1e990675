@NullMarked
package org.lowrank.cli;

import org.jspecify.annotations.NullMarked;
