package org.lowrank.trainer.experiment;

import java.util.List;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.network.Initialisation;

/**
 * Settings of an experiment that varies one thing of Figure 3's protocol.
 *
 * @param preset these started from
 * @param protocol what is not varied
 * @param axis what is
 * @param values of it, each with its own networks
 * @param hidden widths of the hidden layers where they are not varied; of depths the first is every layer's
 * @param weightDecays λ, each with every value
 * @param overlaps ρ of many tasks' inputs, each with every value; 0 alone for the other axes
 */
public record GridSettings(
        Preset preset,
        Protocol protocol,
        Axis axis,
        List<Double> values,
        List<Integer> hidden,
        List<Double> weightDecays,
        List<Double> overlaps)
        implements StudySettings {
    /** Up to which factor of its outputs a sum's best multiple is searched. */
    public static final double LARGEST_FACTOR = 8;

    /** What is varied. */
    public enum Axis {
        /** The first hidden layer's width m; the second's is m/10, as in Figure 3. */
        WIDTH,
        /** The number K of layers. */
        DEPTH,
        /** The overlap ρ of two tasks' inputs: x′ = √(1−ρ²) u + ρ v with v in the span of the first task's coordinates. */
        OVERLAP,
        /** How many tasks there are, each on its own share of the coordinates, or partly on one that all have in common. */
        TASKS,
        /** The number K of layers, one network each, over a fine grid of λ: where it collapses, and how. */
        TRANSITION
    }

    /** Networks trained together: a value of the axis, and the overlap of many tasks. */
    public record Cell(double value, double overlap) {}

    /** Checks the ranges; results of before overlaps have none. */
    public GridSettings {
        overlaps = overlaps == null
                ? List.of(0.0)
                : overlaps.stream().sorted().distinct().toList();
        hidden = List.copyOf(hidden);
        values = values.stream().sorted().distinct().toList();
        weightDecays = weightDecays.stream().sorted().distinct().toList();
        if (hidden.isEmpty()
                || values.isEmpty()
                || weightDecays.isEmpty()
                || hidden.stream().anyMatch(w -> w < 1)) {
            throw new IllegalArgumentException("experiment: hidden widths " + hidden + ", values " + values
                    + ", weight decays " + weightDecays + ": need at least one of each, widths above 0");
        }
        double least = axis == Axis.OVERLAP
                ? 0
                : axis == Axis.DEPTH || axis == Axis.TRANSITION ? 1 : axis == Axis.TASKS ? 2 : 1;
        double most = axis == Axis.OVERLAP
                ? 1
                : axis == Axis.TASKS ? protocol.dimension() : axis == Axis.WIDTH ? 100_000 : 20;
        for (double value : values) {
            boolean whole = axis == Axis.OVERLAP || value == Math.rint(value);
            if (!(value >= least && value <= most) || !whole) {
                throw new IllegalArgumentException("experiment: value " + number(value) + ": out of range; give "
                        + (axis == Axis.OVERLAP ? "numbers" : "integers") + " from " + number(least) + " to "
                        + number(most));
            }
        }
        if (overlaps.isEmpty()
                || overlaps.stream().anyMatch(overlap -> !(overlap >= 0 && overlap <= 1))
                || (axis != Axis.TASKS && !overlaps.equals(List.of(0.0)))) {
            throw new IllegalArgumentException("experiment: overlaps " + overlaps
                    + ": need numbers from 0 to 1, and 0 alone where not the number of tasks is varied");
        }
        weightDecays.forEach(lambda -> new DescentSettings(protocol.stepSize(), lambda));
    }

    /** All networks of a draw and λ, value by value within an overlap. */
    public List<Cell> cells() {
        return overlaps.stream()
                .flatMap(overlap -> values.stream().map(value -> new Cell(value, overlap)))
                .toList();
    }

    /** Figure 3's samples and λt with a tenth of its steps at ten times its λ: ten draws, of widths up to 3000 five. */
    public static GridSettings paper(Axis axis) {
        return preset(axis, Preset.PAPER, axis == Axis.WIDTH ? 5 : 10);
    }

    /** The same with five draws: a minute or two. */
    public static GridSettings quick(Axis axis) {
        return preset(axis, Preset.QUICK, 5);
    }

    private static GridSettings preset(Axis axis, Preset preset, int draws) {
        boolean quick = preset == Preset.QUICK;
        long steps = quick ? 4000 : 10_000;
        double lambda = quick ? 2.5e-3 : 1e-3;
        Protocol protocol = new Protocol(
                quick ? 20 : 100,
                quick ? 40 : 100,
                1,
                Initialisation.UNIFORM,
                1,
                steps,
                draws,
                quick ? 20 : 12,
                Precision.FLOAT32,
                0);
        List<Double> one = List.of(0.0);
        // Several λ, since only so rank varies at one width and width at one rank.
        List<Double> several = quick ? List.of(1e-3, 2.5e-3, 5e-3) : List.of(0.0, 1e-4, 1e-3);
        return switch (axis) {
            case WIDTH ->
                new GridSettings(
                        preset,
                        protocol,
                        axis,
                        quick ? List.of(10.0, 30.0, 100.0, 300.0) : List.of(10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0),
                        List.of(100),
                        several,
                        one);
            case DEPTH ->
                new GridSettings(
                        preset,
                        protocol,
                        axis,
                        quick ? List.of(2.0, 3.0, 4.0) : List.of(2.0, 3.0, 4.0, 5.0),
                        List.of(quick ? 20 : 30),
                        several,
                        one);
            case OVERLAP ->
                new GridSettings(
                        preset,
                        protocol,
                        axis,
                        List.of(0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
                        List.of(200, 20),
                        List.of(lambda),
                        one);
            case TASKS ->
                new GridSettings(
                        preset,
                        protocol,
                        axis,
                        quick ? List.of(2.0, 4.0, 8.0) : List.of(2.0, 4.0, 8.0, 20.0),
                        quick ? List.of(100, 20) : List.of(200, 20),
                        List.of(lambda),
                        List.of(0.0, 0.3));
            case TRANSITION ->
                new GridSettings(
                        preset,
                        new Protocol(
                                20,
                                10,
                                1,
                                Initialisation.HE,
                                0.3,
                                quick ? 8000 : 20_000,
                                draws,
                                20,
                                Precision.FLOAT64,
                                0),
                        axis,
                        List.of(2.0, 3.0, 4.0),
                        List.of(10),
                        List.of(1e-3, 3e-3, 1e-2, 2e-2, 3e-2, 4e-2, 5e-2, 6e-2, 8e-2, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2),
                        one);
        };
    }

    /** The condition of the curves of a value and overlap: {@code width=100}, {@code tasks=4 overlap=0.3}. */
    public String condition(Cell cell) {
        return condition(cell.value()) + (cell.overlap() == 0 ? "" : " overlap=" + cell.overlap());
    }

    /** The condition of the curves of a value: {@code width=100}. */
    public String condition(double value) {
        String number = number(value);
        return switch (axis) {
            case WIDTH -> "width=" + number;
            case DEPTH, TRANSITION -> "K=" + number;
            case OVERLAP -> "overlap=" + number;
            case TASKS -> "tasks=" + number;
        };
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Widths of the hidden layers at a value. */
    List<Integer> hiddenAt(double value) {
        return switch (axis) {
            case WIDTH -> List.of((int) value, Math.max(2, (int) value / 10));
            case DEPTH, TRANSITION -> java.util.Collections.nCopies((int) value - 1, hidden.get(0));
            case OVERLAP, TASKS -> hidden;
        };
    }

    /** How many networks a draw trains at a value. */
    int networksAt(double value) {
        return axis == Axis.TASKS ? (int) value : axis == Axis.TRANSITION ? 1 : 2;
    }
}
