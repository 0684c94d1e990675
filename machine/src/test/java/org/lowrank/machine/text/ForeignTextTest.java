package org.lowrank.machine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignTextTest {
    @ParameterizedTest
    @CsvSource({
        "'a\u001b[31mb', 'a?[31mb'",
        "'x\nlowrank: error: all: fine', 'x?lowrank: error: all: fine'",
        "'bell\u0007', 'bell?'",
        "'abc\u202Edef', 'abc?def'",
        "'sep\u2028par\u2029', 'sep?par?'",
        "'模型 é', '模型 é'",
    })
    void whatATerminalWouldObeyIsReplaced(String foreign, String shown) {
        assertThat(ForeignText.line(foreign)).isEqualTo(shown);
    }

    @Test
    void aMegabyteOfANameIsShortened() {
        String name = "a".repeat(1 << 20) + "z";
        assertThat(ForeignText.name(name))
                .hasSizeLessThan(ForeignText.LONGEST_NAME + 10)
                .endsWith("z")
                .contains("…");
        assertThat(ForeignText.line(name)).hasSizeLessThan(ForeignText.LONGEST_MESSAGE + 10);
    }

    /** Seeded random text of all planes: never a control character or line break in what is shown. */
    @Test
    void nothingUnsafePasses() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = 0; j < 50; j++) {
                text.append((char) random.nextInt(i % 2 == 0 ? 0x100 : 0x10000));
            }
            String shown = ForeignText.line(text.toString());
            assertThat(shown.chars())
                    .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
        }
    }
}
