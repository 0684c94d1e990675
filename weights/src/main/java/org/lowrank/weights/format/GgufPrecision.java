package org.lowrank.weights.format;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much of the weights a GGUF file keeps, by the label in its name: of several files the most precise one is read. */
final class GgufPrecision {
    private static final Pattern LABEL = Pattern.compile(
            "(?:^|[-_.])(f32|fp32|bf16|f16|fp16|q8|q6|q5|q4|q3|q2|q1|iq[1-4]|tq[12]|mxfp4|nvfp4)(?:[-_.]|$)");
    private static final List<String> ORDER = List.of(
            "f32", "fp32", "bf16", "f16", "fp16", "", "q8", "q6", "q5", "q4", "iq4", "nvfp4", "mxfp4", "q3", "iq3",
            "q2", "iq2", "tq2", "tq1", "iq1", "q1");

    private GgufPrecision() {}

    /** 0 for the best; files without a label behind half precision. */
    static int rank(String baseName) {
        Matcher label = LABEL.matcher(baseName);
        int rank = ORDER.indexOf("");
        while (label.find()) {
            rank = ORDER.indexOf(label.group(1));
        }
        return rank;
    }
}
