package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumberTextTest {
    @Test
    void measuredValuesHaveThreeDigits() {
        assertThat(NumberText.of(0.042149)).isEqualTo("0.0421");
        assertThat(NumberText.of(12.345)).isEqualTo("12.3");
        assertThat(NumberText.of(9.9999)).isEqualTo("10.0");
        assertThat(NumberText.of(12345)).isEqualTo("12,345");
        assertThat(NumberText.of(-0.713)).isEqualTo("−0.713");
        assertThat(NumberText.of(0)).isEqualTo("0");
    }

    @Test
    void farFromOneTheyHaveAPowerOfTen() {
        assertThat(NumberText.of(-2.6e-13)).isEqualTo("−2.60 × 10⁻¹³");
        assertThat(NumberText.of(1.234e7)).isEqualTo("1.23 × 10⁷");
        assertThat(NumberText.of(9.9999e-5)).isEqualTo("1.00 × 10⁻⁴");
    }

    @Test
    void chosenValuesHaveTheirDigitsAndNoMore() {
        assertThat(NumberText.exact(0.1)).isEqualTo("0.1");
        assertThat(NumberText.exact(10)).isEqualTo("10");
        assertThat(NumberText.exact(5000)).isEqualTo("5,000");
        assertThat(NumberText.exact(0.00275)).isEqualTo("0.00275");
        assertThat(NumberText.exact(1e-9)).isEqualTo("10⁻⁹");
        assertThat(NumberText.exact(3e-7)).isEqualTo("3 × 10⁻⁷");
        assertThat(NumberText.exact(1e6)).isEqualTo("10⁶");
    }

    @Test
    void deviationDecidesTheDigitsOfTheMean() {
        assertThat(NumberText.plusMinus(4.8312, 0.0299)).isEqualTo("4.83 ± 0.03");
        assertThat(NumberText.plusMinus(2.18312, 0.106)).isEqualTo("2.18 ± 0.11");
        assertThat(NumberText.plusMinus(0.0024812, 0.000643)).isEqualTo("0.0025 ± 0.0006");
        assertThat(NumberText.plusMinus(1.5e-9, 2.1e-10)).isEqualTo("(1.50 ± 0.21) × 10⁻⁹");
        assertThat(NumberText.plusMinus(1234, 210)).isEqualTo("1,234 ± 210");
        assertThat(NumberText.plusMinus(0.97, 0)).isEqualTo("0.970");
    }

    @Test
    void sharesAreInPerCent() {
        assertThat(NumberText.percent(0.0354)).isEqualTo("3.5 %");
        assertThat(NumberText.percent(0.219)).isEqualTo("22 %");
        assertThat(NumberText.percent(0)).isEqualTo("0 %");
        assertThat(NumberText.percent(0.0004)).isEqualTo("0.04 %");
    }
}
