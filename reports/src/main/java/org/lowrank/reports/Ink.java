package org.lowrank.reports;

import java.util.Locale;
import java.util.Map;

/** How the parts of a chart get their look: by the page's style sheet, or by attributes in a file of their own. */
enum Ink {
    PAGE {
        @Override
        String part(String part) {
            return " class=\"" + part + "\"";
        }

        @Override
        String line(int slot, Report.Style style) {
            return " class=\"line s" + slot + dash(style) + "\"";
        }

        @Override
        String filled(String part, int slot) {
            return " class=\"" + part + " f" + slot + "\"";
        }

        @Override
        String text(String part, double x, double y, String anchor, String text) {
            StringBuilder svg =
                    new StringBuilder(" ").append(anchor.equals("start") ? "" : "text-anchor=\"" + anchor + "\"");
            StringBuilder out = new StringBuilder(
                    "<text class=\"" + part + "\"" + svg + " x=\"" + number(x) + "\" y=\"" + number(y) + "\">");
            int before = 0;
            for (RichText.Run run : RichText.runs(text)) {
                if (run.shift() == before) {
                    out.append(escape(run.text()));
                } else {
                    double dy = (before - run.shift()) * 4;
                    out.append("<tspan dy=\"").append(number(dy)).append('"');
                    out.append(run.shift() == 0 ? ">" : " class=\"small\">");
                    out.append(escape(run.text())).append("</tspan>");
                    before = run.shift();
                }
            }
            return out.append("</text>").toString();
        }
    },

    PAPER {
        @Override
        String part(String part) {
            return PARTS.getOrDefault(part, "");
        }

        @Override
        String line(int slot, Report.Style style) {
            String dashes = style == Report.Style.SOLID
                    ? ""
                    : " stroke-dasharray=\"" + (style == Report.Style.DASHED ? "5,3" : "1.5,3") + "\"";
            return " fill=\"none\" stroke=\"" + Palette.LIGHT.get(slot)
                    + "\" stroke-width=\"1.6\" stroke-linejoin=\"round\"" + dashes;
        }

        @Override
        String filled(String part, int slot) {
            return " fill=\"" + Palette.LIGHT.get(slot) + "\"" + PARTS.getOrDefault(part, "");
        }

        @Override
        String text(String part, double x, double y, String anchor, String text) {
            double size = part.startsWith("title") ? 13 : 11;
            boolean bold = part.startsWith("title") || part.startsWith("end");
            String colour = part.startsWith("end")
                    ? Palette.LIGHT.get(Integer.parseInt(part.substring(part.indexOf('f') + 1)))
                    : part.startsWith("title") ? "#1d2430" : "#4a5361";
            return "<path fill=\"" + colour + "\" d=\""
                    + Outlines.of(text, size, bold).at(x, y, anchor) + "\"/>";
        }
    };

    private static final Map<String, String> PARTS = Map.of(
            "grid", " fill=\"none\" stroke=\"#e3e7ec\" stroke-width=\"1\"",
            "axis", " fill=\"none\" stroke=\"#5c6675\" stroke-width=\"1\"",
            "leader", " fill=\"none\" stroke=\"#9aa3af\" stroke-width=\"0.8\"",
            "faint", " fill-opacity=\"0.07\"",
            "band", " fill-opacity=\"0.16\"",
            "baseline", " fill=\"none\" stroke=\"#5c6675\" stroke-width=\"1.2\" stroke-dasharray=\"2,3\"");

    /** Attributes of a part that is the same in every chart: grid, axis, leader. */
    abstract String part(String part);

    /** Attributes of the line of a series. */
    abstract String line(int slot, Report.Style style);

    /** Attributes of an area in the colour of a series: band, mark. */
    abstract String filled(String part, int slot);

    /** A line of text; {@code anchor} is start, middle or end. */
    abstract String text(String part, double x, double y, String anchor, String text);

    static String dash(Report.Style style) {
        return style == Report.Style.SOLID ? "" : " " + style.name().toLowerCase(Locale.ROOT);
    }

    /** Pixels to a tenth. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2).replace("-0", "0") : text;
    }

    /** Text for an XML attribute or element; what XML cannot hold (control characters, half surrogates) becomes a space. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(inXml(c) ? c : ' ');
            }
        });
        return out.toString();
    }

    private static boolean inXml(int c) {
        return c >= 0x20 && c != 0x7f && c != 0xfffe && c != 0xffff && (c < 0xd800 || c > 0xdfff);
    }
}
