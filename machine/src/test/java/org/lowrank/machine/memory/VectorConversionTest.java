package org.lowrank.machine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VectorConversionTest extends ConversionTest {
    @Override
    Conversion conversion() {
        return new VectorConversion();
    }

    @Test
    void itIsWhatRunsWhereVectorsHoldFourDoubles() {
        assertThat(Conversion.fastest() instanceof VectorConversion).isEqualTo(VectorConversion.usable());
    }
}
