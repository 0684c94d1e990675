package org.lowrank.spectral.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.lanczos.Lanczos;
import org.lowrank.spectral.matrix.PackedMatrix;
import org.lowrank.spectral.matrix.RowReader;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One pass z += Aᵀ(Ax) of each kernel over one matrix. In the kernels' package because they are not public. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:ObjectAlignmentInBytes=64"})
public class RowKernelBenchmark {
    @Param({"plain", "vector"})
    public String kernel = "plain";

    @Param({"F32", "F16", "BF16"})
    public String type = "F32";

    @Param({"768x768", "3072x768", "4096x4096"})
    public String shape = "768x768";

    private RowKernel tested = new PlainKernel();
    private PackedMatrix matrix = gaussian(ElementType.F32, 4, 4);
    private RowReader reader = new RowReader(tested);
    private Columns x = Columns.zeros(4, Columns.BLOCK);
    private Columns z = x;

    /** Makes the matrix. */
    @Setup
    public void setUp() {
        String[] sides = shape.split("x");
        matrix = gaussian(ElementType.valueOf(type), Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
        tested = kernel.equals("plain") ? new PlainKernel() : new VectorKernel();
        reader = new RowReader(tested);
        x = new Lanczos(matrix.cols, 1, tested).vectors();
        z = Columns.zeros(matrix.cols, Columns.BLOCK);
    }

    private static PackedMatrix gaussian(ElementType type, int rows, int cols) {
        SplittableRandom random = new SplittableRandom(7);
        ByteBuffer data = ByteBuffer.allocate(rows * cols * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows * cols; i++) {
            if (type == ElementType.F32) {
                data.putFloat((float) (0.02 * random.nextGaussian()));
            } else {
                data.putShort((short) (0x2000 | random.nextInt(0x0fff))); // small normal numbers in either type
            }
        }
        data.flip();
        StoredMatrix stored = StoredMatrix.of(new StridedBlock(data, type, rows, cols, cols));
        return PackedMatrix.of(stored, new PackedMatrix.Arrays(), new PlainKernel());
    }

    /** The pass. */
    @Benchmark
    public double[] pass() {
        for (int row = 0; row < matrix.rows; ) {
            int read = reader.read(List.of(matrix), row, matrix.rows - row);
            reader.addGram(0, 1, x, z);
            row += read;
        }
        return z.array();
    }
}
