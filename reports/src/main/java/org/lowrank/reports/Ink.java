package org.lowrank.reports;

import java.util.Locale;

/** Pieces of SVG that get their look from the page's style sheet. */
final class Ink {
    private Ink() {}

    /** Attributes of a part that is the same in every chart: grid, axis, leader. */
    static String part(String part) {
        return " class=\"" + part + "\"";
    }

    /** Attributes of the line of a series. */
    static String line(int slot, Report.Style style) {
        return " class=\"line s" + slot + dash(style) + "\"";
    }

    /** Attributes of an area in the colour of a series: band, mark. */
    static String filled(String part, int slot) {
        return " class=\"" + part + " f" + slot + "\"";
    }

    /** A line of text; {@code anchor} is start, middle or end. */
    static String text(String part, double x, double y, String anchor, String text) {
        StringBuilder svg = new StringBuilder("<text class=\"" + part + "\"");
        svg.append(anchor.equals("start") ? "" : " text-anchor=\"" + anchor + "\"");
        svg.append(" x=\"" + number(x) + "\" y=\"" + number(y) + "\">");
        int before = 0;
        for (RichText.Run run : RichText.drawn(text)) {
            if (run.shift() == before) {
                svg.append(escape(run.text()));
            } else {
                svg.append("<tspan dy=\"").append(number((before - run.shift()) * 4));
                svg.append(run.shift() == 0 ? "\">" : "\" class=\"small\">");
                svg.append(escape(run.text())).append("</tspan>");
                before = run.shift();
            }
        }
        return svg.append("</text>").toString();
    }

    static String dash(Report.Style style) {
        return style == Report.Style.SOLID ? "" : " " + style.name().toLowerCase(Locale.ROOT);
    }

    /** Pixels to a tenth. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2).replace("-0", "0") : text;
    }

    /** Text for an XML attribute or element. */
    static String escape(String text) {
        return inXml(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** What XML cannot hold (control characters, half surrogates) becomes a space. */
    static String inXml(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(inXml(c) ? c : ' '));
        return out.toString();
    }

    private static boolean inXml(int c) {
        return c >= 0x20 && c != 0x7f && c != 0xfffe && c != 0xffff && (c < 0xd800 || c > 0xdfff);
    }
}
