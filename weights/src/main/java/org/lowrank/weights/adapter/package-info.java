/** Low-rank adapters: from their names and settings to the products s·B·A that change a base model. */
@NullMarked
package org.lowrank.weights.adapter;

import org.jspecify.annotations.NullMarked;
