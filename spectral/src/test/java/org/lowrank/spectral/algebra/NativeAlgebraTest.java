package org.lowrank.spectral.algebra;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativeAlgebraTest {
    /** As a worker of a Spark executor has: silently without PyTorch its rows would not be those of one machine. In a process that has not started it. */
    @Test
    void startsOnAThreadWhoseLoaderKnowsNothingOfIt() throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Foreign.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(said.strip()).isEqualTo(NativeAlgebra.get().isPresent() + " true");
    }

    /** Prints whether PyTorch was found, and whether the thread has its loader again. */
    static final class Foreign {
        private Foreign() {}

        public static void main(String[] arguments) {
            ClassLoader foreign = ClassLoader.getPlatformClassLoader();
            Thread.currentThread().setContextClassLoader(foreign);
            boolean found = NativeAlgebra.get().isPresent();
            System.out.println(found + " " + (Thread.currentThread().getContextClassLoader() == foreign));
        }
    }
}
