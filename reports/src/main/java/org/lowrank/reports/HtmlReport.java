package org.lowrank.reports;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.lowrank.machine.files.Sha256;

/** A report as one HTML file: opens offline, loads nothing, reads without JavaScript, prints light. */
public final class HtmlReport {
    private static final TemplateEngine TEMPLATES = TemplateEngine.createPrecompiled(
            null, ContentType.Html, HtmlReport.class.getClassLoader(), HtmlReport.class.getPackageName());

    private static final List<String> LIBRARIES =
            List.of("vega/vega.min.js", "vega/vega-lite.min.js", "vega/vega-interpreter.js");
    private static final List<String> FIGURE_SCRIPTS = List.of("spec.js", "panel.js", "figures.js");

    private HtmlReport() {}

    /**
     * Renders the page. All text of the report is escaped for its place, so hostile names show as text; the page's
     * Content-Security-Policy allows nothing but its own style and script, by their hashes.
     */
    public static String render(Report report) {
        Map<String, Figure> figures = new LinkedHashMap<>();
        report.figures().forEach(figure -> figures.put(figure.id(), Figure.of(figure)));
        String style = style();
        List<String> scripts = new ArrayList<>();
        scripts.add(enclosed(List.of("report.js")));
        if (!figures.isEmpty()) {
            LIBRARIES.forEach(name -> scripts.add(resource(name)));
            scripts.add(enclosed(FIGURE_SCRIPTS));
        }
        Page page = new Page(
                report,
                figures,
                style,
                scripts,
                policy(style, scripts),
                PageData.downloads(report),
                PageData.figures(report, List.copyOf(figures.values())));
        StringOutput output = new StringOutput();
        TEMPLATES.render("report.jte", page, output);
        return Hidden.shown(output.toString());
    }

    private static String style() {
        return resource("report.css") + Palette.rules() + HeatRamp.light()
                + "@media screen and (prefers-color-scheme:dark){\n"
                + HeatRamp.dark(":root:not([data-theme=light])") + "}\n@media screen{\n"
                + HeatRamp.dark(":root[data-theme=dark]") + "}\n";
    }

    private static String policy(String style, List<String> scripts) {
        String hashes = scripts.stream().map(script -> "'" + hash(script) + "'").collect(Collectors.joining(" "));
        return "default-src 'none'; style-src '" + hash(style) + "'; script-src " + hashes
                + "; img-src data: blob:; base-uri 'none'; form-action 'none'";
    }

    /** Files that know each other's names and leave none behind. */
    private static String enclosed(List<String> names) {
        return "\"use strict\";\n(() => {\n"
                + names.stream().map(HtmlReport::resource).collect(Collectors.joining("\n")) + "})();\n";
    }

    /** The text of a file of this module. */
    static String resource(String name) {
        try (InputStream stream = HtmlReport.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("page: " + name + ": not in the distribution; reinstall lowrank");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a browser compares an inline element's text with. */
    private static String hash(String text) {
        byte[] digest = Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
    }
}
