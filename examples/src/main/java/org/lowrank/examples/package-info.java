/** lowrank as a library, a few lines each; every one takes its arguments on the command line and is run by a test. */
@NullMarked
package org.lowrank.examples;

import org.jspecify.annotations.NullMarked;
