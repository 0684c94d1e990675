package org.lowrank.spark;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;

/** From a path to its file system, with the settings that this Spark application has for it ({@code spark.hadoop.*}). */
final class HadoopPlaces {
    private HadoopPlaces() {}

    /** The file system of a path. That of this machine's disks without the checksum files beside each file. */
    static FileSystem of(Path path) throws IOException {
        Configuration settings =
                SparkHadoopUtil.get().newConfiguration(SparkEnv.get().conf());
        FileSystem found = path.getFileSystem(settings);
        return found instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : found;
    }
}
