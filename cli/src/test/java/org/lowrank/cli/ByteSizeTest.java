package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.00 kB",
        "14999, 15.0 kB",
        "994999, 995 kB",
        "999900, 1.00 MB",
        "6190000000, 6.19 GB",
        "4000000000000000, 4000 TB"
    })
    void bytesAreToldInTheUnitThatFits(long bytes, String told) {
        assertThat(ByteSize.text(bytes)).isEqualTo(told);
    }
}
