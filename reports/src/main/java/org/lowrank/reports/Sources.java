package org.lowrank.reports;

import java.util.List;
import org.lowrank.machine.program.Program;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.Link;
import org.lowrank.reports.Report.NoteSection;

/** What every page says of the paper and of this program: where they are, and how to cite them. */
public final class Sources {
    /** As in the POM. */
    private static final String REPOSITORY = "https://github.com/lowrank/lowrank";

    private static final String PAPER = "https://arxiv.org/abs/2502.17340";

    private Sources() {}

    /** To the paper and to the program's source. */
    public static List<Link> links() {
        return List.of(new Link("Paper", PAPER), new Link("Source code", REPOSITORY));
    }

    /** BibTeX of the paper and of this program. */
    public static NoteSection cite(String version) {
        return new NoteSection(
                "cite",
                "Cite this",
                List.of(
                        new Fact(
                                "Paper",
                                "@article{kuzborskij2025lowrank, title = {Low-rank bias, weight decay, and model merging in "
                                        + "neural networks}, author = {Kuzborskij, Ilja and Abbasi Yadkori, Yasin}, journal = {arXiv preprint "
                                        + "arXiv:2502.17340}, year = {2025}}",
                                true),
                        new Fact(
                                "Tool",
                                "@software{lowrank, title = {lowrank: what training does to weight matrices}, version = {"
                                        + version + "}, url = {" + REPOSITORY + "}}",
                                true)),
                List.of());
    }

    /** Small print of saved figures: what they show, and what made them. */
    public static String footer(String subject, String version) {
        return subject + " · " + Program.NAME + " " + version;
    }
}
