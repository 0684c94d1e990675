package org.lowrank.merge.method;

import java.util.List;
import java.util.Optional;

/** The methods there are. Adding one is adding its class here. */
public final class MergeMethods {
    private static final List<MergeMethod> ALL = List.of(
            new Sum(),
            new Linear(),
            new TaskArithmetic(),
            new Ties(),
            new DareLinear(),
            new DareTies(),
            new Slerp(),
            new Tsv(),
            new Truncate());

    private MergeMethods() {}

    /** All of them. */
    public static List<MergeMethod> all() {
        return ALL;
    }

    /** The one of that name. */
    public static Optional<MergeMethod> named(String name) {
        return ALL.stream().filter(method -> method.name().equals(name)).findFirst();
    }

    /** Their names, for messages. */
    public static String names() {
        return String.join(", ", ALL.stream().map(MergeMethod::name).toList());
    }
}
