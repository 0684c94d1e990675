package org.lowrank.merge.output;

import java.util.List;

/** Models' names for tables: absolute paths without the folders that all of them lie in, so that columns of numbers are not pushed out. */
final class ShownNames {
    private final String common;

    private ShownNames(String common) {
        this.common = common;
    }

    static ShownNames of(List<String> models) {
        List<String> paths =
                models.stream().distinct().filter(ShownNames::isPath).toList();
        if (paths.isEmpty()) {
            return new ShownNames("");
        }
        String common = folder(paths.get(0));
        for (String path : paths) {
            while (!path.startsWith(common)) {
                common = folder(common.substring(0, common.length() - 1));
            }
        }
        return new ShownNames(common);
    }

    /** {@code …/a} for {@code /common/folder/a}; other names as they are. */
    String of(String model) {
        return common.length() > 1 && isPath(model) && model.startsWith(common)
                ? "…/" + model.substring(common.length())
                : model;
    }

    private static boolean isPath(String model) {
        return model.startsWith("/");
    }

    /** With its slash. */
    private static String folder(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }
}
