package org.lowrank.survey.population;

import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.survey.work.WorkPlan;

/**
 * How many models are measured at a time. Nothing here changes a row.
 *
 * @param measure how models are found and measured; its threads measure units of all models
 * @param memory bytes that measuring may take at a time, all models together
 * @param inFlight models open at a time
 * @param unitBytes bytes of a unit of work
 * @param again whether models are measured again although saved rows match
 */
public record SurveyOptions(MeasureOptions measure, long memory, int inFlight, long unitBytes, boolean again) {
    /** Models open at a time where nothing else is asked for: while some are measured the next are opened. */
    public static final int USUAL_IN_FLIGHT = 4;

    public SurveyOptions {
        if (memory < 1 || inFlight < 1 || unitBytes < 1) {
            throw new IllegalArgumentException(
                    "memory, inFlight, unitBytes: " + memory + ", " + inFlight + ", " + unitBytes + ": at least 1");
        }
    }

    /** Half the machine's memory, a few models at a time. */
    public static SurveyOptions of(MeasureOptions measure) {
        return new SurveyOptions(measure, usualMemory(), USUAL_IN_FLIGHT, WorkPlan.USUAL_UNIT_BYTES, false);
    }

    /** Half the machine's memory. */
    public static long usualMemory() {
        return java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? Math.max(1L << 30, system.getTotalMemorySize() / 2)
                : 4L << 30;
    }

    /** The same with another limit of memory. */
    public SurveyOptions withMemory(long bytes) {
        return new SurveyOptions(measure, bytes, inFlight, unitBytes, again);
    }

    /** The same with so many models open at a time. */
    public SurveyOptions withInFlight(int models) {
        return new SurveyOptions(measure, memory, models, unitBytes, again);
    }

    /** The same with other units. */
    public SurveyOptions withUnitBytes(long bytes) {
        return new SurveyOptions(measure, memory, inFlight, bytes, again);
    }

    /** The same, measuring again or not. */
    public SurveyOptions withAgain(boolean measured) {
        return new SurveyOptions(measure, memory, inFlight, unitBytes, measured);
    }
}
