package org.lowrank.reports;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers as people read them: {@code 0.0421}, {@code 12,000}, {@code 3.92 × 10⁻⁷}, {@code 10⁻⁹}. */
public final class NumberText {
    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /** Spaces at which no line ends: before %, around a sign that a number follows, around the × of a power of ten. */
    private static final Pattern BOUND = Pattern.compile(
            "(?<=\\d) (?=%|× 10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻])|(?<=\\d ×) (?=10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻])| (?=[=±] [\\d−])|(?<=[=±≤≥]) (?=[\\d−×])");

    private NumberText() {}

    /** The same with no-break spaces where a number would be parted from its sign. */
    public static String unbroken(String text) {
        return BOUND.matcher(text).replaceAll("\u00a0");
    }

    /** A measured value to three significant digits. */
    public static String of(double value) {
        return significant(value, 3);
    }

    /** A measured value to so many significant digits, zeros at the end kept. */
    public static String significant(double value, int digits) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -3 || exponent > 5) {
            BigDecimal mantissa = rounded.movePointLeft(exponent).setScale(digits - 1, RoundingMode.HALF_EVEN);
            return minus(mantissa.toPlainString()) + " × " + power(exponent);
        }
        return decimals(value, Math.max(0, digits - 1 - exponent));
    }

    /** A number that was chosen, with all its digits and no more: {@code 0.1}, {@code 10⁻⁹}, {@code 2.75 × 10⁻⁵}. */
    public static String exact(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return significant(value, 1);
        }
        BigDecimal shortest = new BigDecimal(CsvWriter.number(value)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -3 && exponent <= 5) {
            return decimals(value, Math.max(0, shortest.scale()));
        }
        String mantissa = shortest.movePointLeft(exponent).stripTrailingZeros().toPlainString();
        return (mantissa.equals("1") ? "" : minus(mantissa) + " × ") + power(exponent);
    }

    /**
     * A mean and its standard deviation with the digits the deviation leaves meaningful: two where it begins with 1 or 2, else
     * one.
     */
    public static String plusMinus(double mean, double sd) {
        if (!Double.isFinite(sd) || sd <= 0) {
            return of(mean);
        }
        int exponent = (int) Math.floor(Math.log10(sd));
        int digits = sd / Math.pow(10, exponent) < 2.95 ? 2 : 1;
        int decimals = Math.max(0, digits - 1 - exponent);
        if (decimals <= 6) {
            return decimals(mean, decimals) + " ± " + decimals(sd, decimals);
        }
        int common = (int) Math.floor(Math.log10(Math.max(Math.abs(mean), sd)));
        double unit = Math.pow(10, common);
        int left = Math.max(0, decimals + common);
        return "(" + decimals(mean / unit, left) + " ± " + decimals(sd / unit, left) + ") × " + power(common);
    }

    /** A share in per cent; a small one keeps a digit, so that only 0 reads as 0. */
    public static String percent(double share) {
        double percent = 100 * share;
        double size = Math.abs(percent);
        String text = size == 0 ? "0" : size < 0.05 ? significant(percent, 1) : decimals(percent, size < 10 ? 1 : 0);
        return text + " %";
    }

    /** So many decimals, thousands grouped, with a minus sign instead of a hyphen. */
    public static String decimals(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
        return minus(text.matches("-[0,.]*") ? text.substring(1) : text);
    }

    /** {@code 10⁻⁹}. */
    static String power(int exponent) {
        StringBuilder text = new StringBuilder(exponent < 0 ? "10⁻" : "10");
        for (char digit : Integer.toString(Math.abs(exponent)).toCharArray()) {
            text.append(SUPERSCRIPTS.charAt(digit - '0'));
        }
        return text.toString();
    }

    private static String minus(String text) {
        return text.replace('-', '−');
    }
}
