package org.lowrank.survey.trace;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number in the name of a branch, tag or folder: what follows {@code step}; else what follows {@code checkpoint}, {@code ckpt},
 * {@code iter} or {@code epoch}; else the last number there is. k, M, B and T after it multiply: {@code chck_10M} is 10⁷ words.
 */
final class StepNumber {
    private static final String NUMBER = "[-_ ]?(\\d{1,15}(?:\\.\\d{1,6})?)([kKMBTG]?)(?![A-Za-z0-9])";
    private static final List<Pattern> PLACES = List.of(
            Pattern.compile("(?i:step)s?" + NUMBER),
            Pattern.compile("(?i:checkpoint|chck|ckpt|iter|epoch)" + NUMBER),
            Pattern.compile("(?<![0-9])" + NUMBER),
            Pattern.compile("(\\d{1,15})()"));
    private static final Map<String, Integer> ZEROS = Map.of("", 0, "K", 3, "M", 6, "B", 9, "G", 9, "T", 12);

    private StepNumber() {}

    /** The number; empty where there is none, or it is none that fits a long. */
    static OptionalLong of(String name) {
        for (Pattern place : PLACES) {
            Matcher matcher = place.matcher(name);
            OptionalLong last = OptionalLong.empty();
            while (matcher.find()) {
                last = value(matcher.group(1), matcher.group(2));
            }
            if (last.isPresent()) {
                return last;
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong value(String digits, String unit) {
        int zeros = ZEROS.getOrDefault(unit.toUpperCase(Locale.ROOT), 0);
        try {
            return OptionalLong.of(new BigDecimal(digits)
                    .scaleByPowerOfTen(zeros)
                    .setScale(0, java.math.RoundingMode.DOWN)
                    .longValueExact());
        } catch (ArithmeticException tooLarge) {
            return OptionalLong.empty();
        }
    }
}
