/** How task vectors lie to one another, beside what unrelated ones would show; and what came out of a merge. */
@NullMarked
package org.lowrank.merge.prediction;

import org.jspecify.annotations.NullMarked;
