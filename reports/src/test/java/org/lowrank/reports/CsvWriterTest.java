package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvWriterTest {
    /** Spreadsheets run cells that start with = + - or @; numbers stay as they are. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "=1+1encoder, '=1+1encoder",
                "=cmd|' /C calc'!A0, '=cmd|' /C calc'!A0",
                "@SUM(1), '@SUM(1)",
                "+1+1, '+1+1",
                "-x, '-x",
                "-0.5, -0.5",
                "-1.5E-7, -1.5E-7",
                "+3, +3",
                "-Infinity, -Infinity",
                "a=b, a=b",
                "encoder.layer.0, encoder.layer.0"
            })
    void aNameIsNeverAFormula(String cell, String written) {
        assertThat(CsvWriter.harmless(cell)).isEqualTo(written);
    }

    @org.junit.jupiter.api.Test
    void controlCharactersAreShownAsSuch() {
        assertThat(CsvWriter.harmless("a\u001b[31m\nb\r")).isEqualTo("a?[31m?b?");
    }
}
