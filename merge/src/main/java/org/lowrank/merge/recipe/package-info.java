/** What is merged how: recipes in mergekit's keys, and their numbers for each tensor. */
@NullMarked
package org.lowrank.merge.recipe;

import org.jspecify.annotations.NullMarked;
