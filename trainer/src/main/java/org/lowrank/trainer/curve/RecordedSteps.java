package org.lowrank.trainer.curve;

import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Which steps are recorded: 0, then about {@code count} evenly on a logarithmic axis, the last one always. */
public final class RecordedSteps {
    private RecordedSteps() {}

    /**
     * 0, at most {@code count} whole numbers from 1 to {@code last}, and {@code last}; ascending, each once.
     *
     * @param last at least 1
     * @param count at least 1; with 1 only the first and the last step
     */
    public static long[] logarithmic(long last, int count) {
        LongStream spaced = IntStream.range(0, count)
                .mapToLong(i -> Math.round(Math.pow(last, count == 1 ? 1 : i / (count - 1.0))));
        return LongStream.concat(LongStream.of(0, last), spaced)
                .sorted()
                .distinct()
                .toArray();
    }

    /**
     * The same from one step to a later one, without the first: where a run goes on.
     *
     * @param from at least 1
     * @param to above {@code from}
     * @param count of steps to record, at least 1
     */
    public static long[] between(long from, long to, int count) {
        double factor = (double) to / from;
        return IntStream.rangeClosed(1, count)
                .mapToLong(i -> i == count ? to : Math.round(from * Math.pow(factor, (double) i / count)))
                .filter(step -> step > from)
                .distinct()
                .toArray();
    }
}
