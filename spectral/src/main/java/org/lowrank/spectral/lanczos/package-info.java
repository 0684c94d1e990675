/** The block Lanczos process, its projected matrix and what bounds follow from it. For the rooms of this module only. */
@NullMarked
package org.lowrank.spectral.lanczos;

import org.jspecify.annotations.NullMarked;
