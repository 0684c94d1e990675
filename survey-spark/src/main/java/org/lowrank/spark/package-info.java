/** A survey on Apache Spark: executors measure, the driver deals out and puts together. Models and results in any Hadoop file system. */
@NullMarked
package org.lowrank.spark;

import org.jspecify.annotations.NullMarked;
