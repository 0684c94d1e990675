package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.junit.jupiter.api.Test;

/**
 * Builds the site from docs/*.md into target/site, one page a file, and fails where a link leads nowhere. The same pages are read in
 * the repository, so a link to another page is written as {@code other.md}.
 */
class SiteTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Path SITE = Path.of("target", "site");
    private static final String REPOSITORY = "https://github.com/lowrank/lowrank/blob/main/";

    /** Pages in the order of the menu; all others follow by name. */
    private static final Map<String, String> MENU = new LinkedHashMap<>();

    static {
        MENU.put("index", "lowrank");
        MENU.put("reading-a-report", "Reading a report");
        MENU.put("recipes", "Recipes");
        MENU.put("gallery", "Gallery");
        MENU.put("methods", "Methods");
        MENU.put("findings", "Findings");
        MENU.put("faq", "Questions");
        MENU.put("comparison", "Other tools");
        MENU.put("theory", "Theorems");
    }

    private static final List<Extension> EXTENSIONS =
            List.of(TablesExtension.create(), HeadingAnchorExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final HtmlRenderer RENDERER = HtmlRenderer.builder()
            .extensions(EXTENSIONS)
            .escapeHtml(true)
            .sanitizeUrls(true)
            .build();

    @Test
    void siteIsBuiltAndNoLinkIsDead() throws IOException {
        Files.createDirectories(SITE);
        copyPictures();
        Files.copy(DOCS.resolve("site.css"), SITE.resolve("site.css"), StandardCopyOption.REPLACE_EXISTING);
        List<String> dead = new ArrayList<>();
        for (Path page : markdown()) {
            String relative = DOCS.relativize(page).toString().replace('\\', '/');
            Node document = PARSER.parse(Files.readString(page));
            document.accept(new Links(page, dead));
            Path target = SITE.resolve(relative.replaceAll("\\.md$", ".html"));
            Files.createDirectories(target.getParent());
            Files.writeString(target, page(relative, document));
        }
        assertThat(dead).as("links that lead nowhere").isEmpty();
        assertThat(missingAnchors()).as("anchors that are on no page").isEmpty();
        MENU.keySet().forEach(name -> assertThat(SITE.resolve(name + ".html")).exists());
    }

    private static List<Path> markdown() throws IOException {
        try (Stream<Path> files = Files.walk(DOCS)) {
            return files.filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static void copyPictures() throws IOException {
        try (Stream<Path> files = Files.walk(DOCS)) {
            for (Path picture : files.filter(path -> path.toString().matches(".*\\.(png|svg|csv|json)"))
                    .toList()) {
                Path target = SITE.resolve(DOCS.relativize(picture).toString());
                Files.createDirectories(target.getParent());
                Files.copy(picture, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static String page(String relative, Node document) {
        String up = "../".repeat((int) relative.chars().filter(c -> c == '/').count());
        StringBuilder menu = new StringBuilder();
        MENU.forEach((name, title) -> menu.append("<a href=\"")
                .append(up)
                .append(name)
                .append(".html\"")
                .append(relative.equals(name + ".md") ? " aria-current=\"page\"" : "")
                .append('>')
                .append(title)
                .append("</a>\n"));
        String body = RENDERER.render(document);
        Matcher title = Pattern.compile("<h1[^>]*>(.*?)</h1>").matcher(body);
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
                + (title.find() ? title.group(1).replaceAll("<[^>]*>", "") : relative) + " · lowrank</title>\n"
                + "<link rel=\"stylesheet\" href=\"" + up + "site.css\">\n</head>\n<body>\n<nav>\n" + menu
                + "</nav>\n<main>\n"
                + body + "</main>\n</body>\n</html>\n";
    }

    /** Links to pages become links to their HTML; those out of docs lead to the repository. */
    private static final class Links extends AbstractVisitor {
        private final Path page;
        private final List<String> dead;

        Links(Path page, List<String> dead) {
            this.page = page;
            this.dead = dead;
        }

        @Override
        public void visit(org.commonmark.node.Image image) {
            check(image.getDestination());
            visitChildren(image);
        }

        @Override
        public void visit(Link link) {
            String to = link.getDestination();
            visitChildren(link);
            if (to.matches("[a-z]+:.*") || to.startsWith("#")) {
                return;
            }
            check(to);
            Path target = page.resolveSibling(to.replaceFirst("#.*", "")).normalize();
            if (!target.startsWith(DOCS.normalize())) {
                link.setDestination(
                        REPOSITORY + Path.of("..").relativize(target).toString().replace('\\', '/'));
            } else if (to.matches("[^#]*\\.md(#.*)?")) {
                link.setDestination(to.replaceFirst("\\.md", ".html"));
            }
        }

        private void check(String to) {
            if (!to.matches("[a-z]+:.*") && !Files.exists(page.resolveSibling(to.replaceFirst("#.*", "")))) {
                dead.add(page + " → " + to);
            }
        }
    }

    /** Of all links inside the site. */
    private static List<String> missingAnchors() throws IOException {
        List<String> missing = new ArrayList<>();
        Pattern links = Pattern.compile("href=\"([^\":]*)#([^\"]+)\"");
        try (Stream<Path> files = Files.walk(SITE)) {
            for (Path page :
                    files.filter(path -> path.toString().endsWith(".html")).toList()) {
                Matcher link = links.matcher(Files.readString(page));
                while (link.find()) {
                    Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                    if (Files.exists(target) && !Files.readString(target).contains("id=\"" + link.group(2) + "\"")) {
                        missing.add(page + " → " + link.group(0));
                    }
                }
            }
        }
        return missing;
    }
}
