/**
 * The experiment on real weights: a pretrained encoder is fine-tuned by DJL on two tasks, its task vectors are predicted and
 * summed by this module's own merge, and the losses before and after are recorded. Settings and page are the trainer's.
 */
@NullMarked
package org.lowrank.merge.finetuning;

import org.jspecify.annotations.NullMarked;
