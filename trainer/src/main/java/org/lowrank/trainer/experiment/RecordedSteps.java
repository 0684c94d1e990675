package org.lowrank.trainer.experiment;

import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Which steps are recorded: 0, then about {@code count} evenly on a logarithmic axis, the last one always. */
final class RecordedSteps {
    private RecordedSteps() {}

    static long[] logarithmic(long last, int count) {
        LongStream spaced = IntStream.range(0, count)
                .mapToLong(i -> Math.round(Math.pow(last, count == 1 ? 1 : i / (count - 1.0))));
        return LongStream.concat(LongStream.of(0, last), spaced)
                .sorted()
                .distinct()
                .toArray();
    }
}
