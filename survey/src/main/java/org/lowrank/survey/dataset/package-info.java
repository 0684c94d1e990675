/** The rows of many models as one data set: Parquet partitioned by model, and CSV. */
@NullMarked
package org.lowrank.survey.dataset;

import org.jspecify.annotations.NullMarked;
