package org.lowrank.merge.output;

import java.util.LinkedHashMap;
import java.util.Map;
import org.lowrank.analyzer.output.InterferenceOutput;
import org.lowrank.reports.HtmlReport;
import org.lowrank.reports.ResultFiles;
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
        files.putAll(tables(result));
        if (!dryRun) {
            files.put("README.md", ModelCard.of(result));
        }
        files.put("recipe.yml", result.recipe() + "\n");
        files.put("report.html", HtmlReport.render(MergeReport.of(result, csv, json)));
        files.put("merge.json", json);
        return files;
    }

    /** The tables there are beside merge.csv. */
    private static Map<String, String> tables(MergeResult result) {
        Map<String, String> tables = new LinkedHashMap<>();
        if (!result.predictions().isEmpty()) {
            tables.put("prediction.csv", MergeTables.predictions(result));
        }
        if (!result.verification().isEmpty()) {
            tables.put("verification.csv", MergeTables.verification(result));
        }
        if (!result.losses().isEmpty()) {
            tables.put("losses.csv", MergeTables.losses(result));
        }
        if (!result.interference().isEmpty()) {
            MergeResult.Model base = result.models().get(0);
            tables.put(
                    "interference.csv", InterferenceOutput.csv(base.model(), base.revision(), result.interference()));
        }
        return tables;
    }

    /** The files of a result where no model is: of {@code compare}, and of a saved one rendered again. */
    static ResultFiles of(MergeResult result) {
        String json = ResultJson.write(result);
        String csv = MergeTables.tensors(result);
        ResultFiles files = new ResultFiles(MergeReport.of(result, csv, json), json);
        tables(result).forEach(files::with);
        return files;
    }
}
