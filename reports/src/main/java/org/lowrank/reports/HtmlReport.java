package org.lowrank.reports;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** A report as one HTML file: opens offline, loads nothing, reads without JavaScript, prints light. */
public final class HtmlReport {
    private static final TemplateEngine TEMPLATES = TemplateEngine.createPrecompiled(
            null, ContentType.Html, HtmlReport.class.getClassLoader(), HtmlReport.class.getPackageName());

    private HtmlReport() {}

    /**
     * Renders the page. All text of the report is escaped for its place, so hostile names show as text; the page's
     * Content-Security-Policy allows nothing but its own style and script, by their hashes.
     */
    public static String render(Report report) {
        String style = resource("report.css") + HeatRamp.light() + "@media screen and (prefers-color-scheme:dark){\n"
                + HeatRamp.dark(":root:not([data-theme=light])") + "}\n@media screen{\n"
                + HeatRamp.dark(":root[data-theme=dark]") + "}\n";
        String script = resource("report.js");
        String policy = "default-src 'none'; style-src '" + hash(style) + "'; script-src '" + hash(script)
                + "'; img-src data: blob:; base-uri 'none'; form-action 'none'";
        Page page = new Page(report, style, script, policy, PageData.downloads(report), PageData.figures(report));
        StringOutput output = new StringOutput();
        TEMPLATES.render("report.jte", page, output);
        return output.toString();
    }

    private static String resource(String name) {
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
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
