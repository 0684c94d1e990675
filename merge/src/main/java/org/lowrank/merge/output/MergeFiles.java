package org.lowrank.merge.output;

import java.util.LinkedHashMap;
import java.util.Map;
import org.lowrank.reports.HtmlReport;
import org.lowrank.reports.ResultJson;

/** The text files that lie beside a merged model's weights. */
public final class MergeFiles {
    private MergeFiles() {}

    /**
     * Contents by name.
     *
     * @param dryRun no model was written, so no model card is
     */
    public static Map<String, String> of(MergeResult result, boolean dryRun) {
        Map<String, String> files = new LinkedHashMap<>();
        String json = ResultJson.write(result);
        String csv = MergeTables.tensors(result);
        files.put("merge.csv", csv);
        if (!result.predictions().isEmpty()) {
            files.put("prediction.csv", MergeTables.predictions(result));
        }
        if (!result.verification().isEmpty()) {
            files.put("verification.csv", MergeTables.verification(result));
        }
        if (!dryRun) {
            files.put("README.md", ModelCard.of(result));
        }
        files.put("recipe.yml", result.recipe() + "\n");
        files.put("report.html", HtmlReport.render(MergeReport.of(result, csv, json)));
        files.put("merge.json", json);
        return files;
    }
}
