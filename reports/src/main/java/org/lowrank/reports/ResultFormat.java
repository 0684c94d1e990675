package org.lowrank.reports;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Files that a result can be written as. */
public enum ResultFormat {
    /** One self-contained page. */
    HTML,
    /** Tables. */
    CSV,
    /** Everything, to be read back. */
    JSON,
    /** Every figure and panel, as vectors. */
    SVG,
    /** Every figure and panel, as pixels. */
    PNG,
    /** One picture of 1200 × 630 pixels to show around. */
    CARD;

    /** What is written where nothing else is asked for: page, tables, and everything to be read back. */
    public static final Set<ResultFormat> DEFAULT = Collections.unmodifiableSet(EnumSet.of(HTML, CSV, JSON));
}
