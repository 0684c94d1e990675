package org.lowrank.reports;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/**
 * One page: what a reader sees from top to bottom.
 *
 * @param kind small line above the title, for instance {@code Weight report}
 * @param title the model or experiment
 * @param origin where it came from, in one line under the title: revision, source; may be empty
 * @param cards the line of key values under the title (Table 1)
 * @param findings in words with numbers, one group a model
 * @param sections figures, tables and notes, in order
 * @param provenance rows of the last section; includes the command that reproduces the page
 * @param csv the CSV the page offers for download, with its file name
 * @param json the JSON the page offers for download, with its file name
 * @param lead what stands under the title and in saved figures
 */
public record Report(
        String kind,
        String title,
        String origin,
        List<Card> cards,
        List<FindingGroup> findings,
        List<Section> sections,
        List<Fact> provenance,
        @Nullable Download csv,
        @Nullable Download json,
        Lead lead) {
    /** A page without words of its own under the title. */
    public Report(
            String kind,
            String title,
            String origin,
            List<Card> cards,
            List<FindingGroup> findings,
            List<Section> sections,
            List<Fact> provenance,
            @Nullable Download csv,
            @Nullable Download json) {
        this(kind, title, origin, cards, findings, sections, provenance, csv, json, Lead.NONE);
    }

    /** The same page with these words. */
    public Report with(Lead words) {
        return new Report(kind, title, origin, cards, findings, sections, provenance, csv, json, words);
    }

    /**
     * What a reader gets in ten seconds, and what saved figures carry away.
     *
     * @param summary one or two sentences under the title, may be empty
     * @param definition of the quantity the page is about, in one line, may be empty
     * @param chips warnings in a word or two beside the origin
     * @param links to the model, the paper and the program
     * @param file start of the names of saved figures, may be empty
     * @param footer small print of saved figures: model, revision, tool and version; may be empty
     */
    public record Lead(
            String summary, String definition, List<String> chips, List<Link> links, String file, String footer) {
        /** No words. */
        public static final Lead NONE = new Lead("", "", List.of(), List.of(), "", "");
    }

    /**
     * Out of the page; nothing is loaded until it is followed.
     *
     * @param address beginning with {@code https://}
     */
    public record Link(String label, String address) {
        /**
         * Refuses what a browser would run.
         *
         * @throws IllegalArgumentException if the address is none of the web
         */
        public Link {
            if (!address.startsWith("https://")) {
                throw new IllegalArgumentException("no address of the web: " + address);
            }
        }
    }

    /** A key value: {@code Layers}, {@code 12}. */
    public record Card(String label, String value) {}

    /** One row of a list of definitions; {@code code} asks for monospace and a copy button. */
    public record Fact(String label, String value, boolean code) {}

    /** A file offered for download. */
    public record Download(String fileName, String content) {}

    /**
     * A finding and where the page shows it.
     *
     * @param evidence id of the section, or empty
     */
    public record Shown(Finding finding, String evidence) {}

    /** Findings of one model; the title is empty where there is one group only. */
    public record FindingGroup(String title, List<Shown> findings) {}

    /** A part of the page with a heading and an id to link to. */
    public sealed interface Section permits FigureSection, HeatMapSection, TableSection, NoteSection, GroupSection {
        String id();

        String title();
    }

    /** All figures from top to bottom, those inside groups too. */
    public List<FigureSection> figures() {
        return sections.stream().flatMap(Report::figures).toList();
    }

    private static Stream<FigureSection> figures(Section section) {
        if (section instanceof GroupSection group) {
            return group.parts().stream().flatMap(Report::figures);
        }
        return section instanceof FigureSection figure ? Stream.of(figure) : Stream.empty();
    }

    /** Parts of one subject under one heading: the page's navigation names the subject only. */
    public record GroupSection(String id, String title, List<Section> parts) implements Section {}

    /**
     * Panels side by side (or small multiples), with a caption and findings below.
     *
     * @param columns panels in a row on a wide screen
     */
    public record FigureSection(
            String id, String title, String caption, int columns, List<Panel> panels, List<Shown> findings)
            implements Section {
        /** A figure without findings of its own. */
        public FigureSection(String id, String title, String caption, int columns, List<Panel> panels) {
            this(id, title, caption, columns, panels, List.of());
        }
    }

    /**
     * One chart of lines.
     *
     * @param id unique in the report; the file name of its SVG and PNG
     * @param reference a second set of series shown on request (the Gaussian baseline), may be empty
     * @param reading what the switch calls these series where there are alternatives
     * @param alternatives other y values for the same series (the squared convention), may be empty
     */
    public record Panel(
            String id,
            String title,
            Axis x,
            Axis y,
            List<Series> series,
            List<Series> reference,
            String reading,
            List<Alternative> alternatives) {
        /** A panel without switches but those of its axes. */
        public Panel(String id, String title, Axis x, Axis y, List<Series> series) {
            this(id, title, x, y, series, List.of());
        }

        /** A panel with a baseline. */
        public Panel(String id, String title, Axis x, Axis y, List<Series> series, List<Series> reference) {
            this(id, title, x, y, series, reference, "", List.of());
        }
    }

    /** Another reading of the same panel: its switch label, axis and series. */
    public record Alternative(String label, Axis y, List<Series> series, List<Series> reference) {}

    /** An axis: title, and whether it starts logarithmic; {@code switchable} offers linear/log. */
    public record Axis(String title, boolean logarithmic, boolean switchable) {}

    /**
     * A line with optional band.
     *
     * @param name legend label
     * @param x abscissae
     * @param y ordinates, NaN where missing
     * @param band around it, or null
     * @param style how it is drawn
     * @param ringed points that stand out, by their number
     */
    public record Series(
            String name, double[] x, double[] y, @Nullable Band band, Style style, Set<Integer> ringed) {
        /** A line of which no point stands out; {@code sd} is the half width of its band (one standard deviation), or null. */
        public Series(String name, double[] x, double[] y, double @Nullable [] sd, Style style) {
            this(name, x, y, sd == null ? null : Band.around(y, sd), style, Set.of());
        }

        /** An area between two ordinates, without a line. */
        public static Series area(String name, double[] x, double[] low, double[] high) {
            return new Series(name, x, high, new Band(low, high, null), Style.AREA, Set.of());
        }

        /** All that lies above the ordinates, or below them, shaded as where a claim allows nothing. */
        public static Series forbidden(String name, double[] x, double[] y, boolean above) {
            return new Series(name, x, y, Band.beyond(y, above), Style.FORBIDDEN, Set.of());
        }

        /** The same with a ring around these points. */
        public Series ringing(Set<Integer> points) {
            return new Series(name, x, y, band, style, Set.copyOf(points));
        }

        /** The same with a band from one ordinate to another: quantiles, of which the line need not be in the middle. */
        public Series between(double[] low, double[] high) {
            return new Series(name, x, y, new Band(low, high, null), style, ringed);
        }

        /** The same line under another name and in another style. */
        public Series as(String otherName, Style otherStyle) {
            return new Series(otherName, x, y, band, otherStyle, ringed);
        }
    }

    /**
     * Solid for what a claim is about, dashed for its parts or for a merged network, dotted for bounds; points for what no order joins;
     * an area, without a line, for how far most of several lines reach; forbidden, likewise, for where a claim allows nothing; thin and in
     * no legend for lines too many to be told apart: in the colour of the text, or of the line that has the same name.
     */
    public enum Style {
        SOLID,
        DASHED,
        DOTTED,
        POINTS,
        AREA,
        FORBIDDEN,
        THIN;

        /** Whether the series is an area and no line. */
        boolean isArea() {
            return this == AREA || this == FORBIDDEN;
        }
    }

    /**
     * Tables coloured by value; a quantity has one scale of colours in all of them.
     *
     * @param sides what rows and columns are, for those who hear the page
     */
    public record HeatMapSection(String id, String title, String caption, String sides, List<HeatGrid> grids)
            implements Section {
        /** Matrix × layer. */
        public HeatMapSection(String id, String title, String caption, List<HeatGrid> grids) {
            this(id, title, caption, "rows are matrices, columns are layers", grids);
        }
    }

    /** One table, of one model; its maps are the same quantities as those of the other tables. */
    public record HeatGrid(String title, List<String> rows, List<String> columns, List<HeatMap> maps) {}

    /**
     * One quantity.
     *
     * @param values [row][column], NaN where there is no matrix
     * @param marked the same shape: cells that stand out from their row
     */
    public record HeatMap(String label, double[][] values, boolean[][] marked) {
        /** Nothing stands out. */
        public HeatMap(String label, double[][] values) {
            this(label, values, new boolean[values.length][values.length == 0 ? 0 : values[0].length]);
        }

        /** The same with these cells framed. */
        public HeatMap marking(boolean[][] cells) {
            return new HeatMap(label, values, cells);
        }
    }

    /** A sortable, filterable table. Numeric cells are shown rounded and sorted by value. */
    public record TableSection(
            String id, String title, String caption, List<Column> columns, List<List<Cell>> rows, boolean filterable)
            implements Section {}

    /** A column; {@code numeric} aligns right, {@code formula} sets subscripts and superscripts. */
    public record Column(String title, boolean numeric, boolean formula) {
        /** A column of plain text or numbers. */
        public Column(String title, boolean numeric) {
            this(title, numeric, false);
        }
    }

    /** A cell: its text, where it is a number its value, and where it is a finding its verdict, which colours it. */
    public record Cell(
            String text, @Nullable Double value, @Nullable Verdict verdict) {
        /** Text or a number. */
        public Cell(String text, @Nullable Double value) {
            this(text, value, null);
        }
    }

    /** Definitions or prose; formulae are plain text with mathematical characters. */
    public record NoteSection(String id, String title, List<Fact> facts, List<String> paragraphs) implements Section {}
}
