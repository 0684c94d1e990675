package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lowrank.reports.Report.Link;
import org.lowrank.reports.Sources;

/** Where models, paper and program are found. */
public final class Links {
    /** Models a page links to; more would be a list and not a line. */
    private static final int MOST_MODELS = 4;

    private static final Pattern HUB = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern MAVEN = Pattern.compile("maven:([A-Za-z0-9._-]+):([A-Za-z0-9._-]+):([A-Za-z0-9._-]+)");

    private Links() {}

    public static List<Link> of(List<AnalysisResult.Model> models) {
        List<Link> links = new ArrayList<>();
        for (AnalysisResult.Model model : models.subList(0, Math.min(models.size(), MOST_MODELS))) {
            String label = models.size() == 1
                    ? ""
                    : " " + model.model().substring(model.model().lastIndexOf('/') + 1);
            Matcher maven = MAVEN.matcher(model.model());
            String source = model.provenance().source();
            if (maven.matches()) {
                links.add(new Link(
                        "Artifact" + label,
                        "https://central.sonatype.com/artifact/" + maven.group(1) + "/" + maven.group(2) + "/"
                                + maven.group(3)));
            } else if (HUB.matcher(model.model()).matches() && (source.contains("Hub") || source.contains("Maven"))) {
                String commit = model.revision().matches("[0-9a-f]{40}") ? "/tree/" + model.revision() : "";
                links.add(new Link("Model" + label, "https://huggingface.co/" + model.model() + commit));
            }
        }
        links.addAll(Sources.links());
        return links;
    }
}
