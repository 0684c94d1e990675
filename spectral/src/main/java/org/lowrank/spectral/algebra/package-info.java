/** Dense algebra that one measure or proof needs: native decompositions through PyTorch, tall QR factors. For the rooms of this module only. */
@NullMarked
package org.lowrank.spectral.algebra;

import org.jspecify.annotations.NullMarked;
