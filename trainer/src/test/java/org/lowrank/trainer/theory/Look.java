package org.lowrank.trainer.theory;

import java.util.*;
import org.lowrank.trainer.theory.claim.*;

public class Look {
    public static void main(String[] a) {
        List<TheoryCheck> all = new ArrayList<>();
        if (a.length == 0 || a[0].compareTo("lemma-5") < 0)
            all.addAll(org.lowrank.trainer.theory.stationary.StationaryChecks.all());
        all.addAll(org.lowrank.trainer.theory.linear.LinearChecks.all());
        all.addAll(org.lowrank.trainer.theory.merging.MergingChecks.all());
        show(all, a);
    }

    static void show(List<TheoryCheck> all, String[] a) {
        for (TheoryCheck c : all) {
            if (a.length > 0 && !Arrays.asList(a).contains(c.id())) continue;
            long t = System.nanoTime();
            CheckResult r = c.run(TheorySettings.defaults());
            System.out.printf(
                    "== %s %.1f s %d points%n",
                    c.id(), (System.nanoTime() - t) / 1e9, r.points().size());
            for (Reading x : r.readings())
                System.out.printf("   %-28s %s%n", x.claim().id(), x.verdict());
            for (Assumption s : r.assumptions()) if (!s.satisfied()) System.out.println("   NOT " + s);
            Map<String, double[]> mm = new TreeMap<>();
            for (Assumption s : r.assumptions()) {
                double[] m = mm.computeIfAbsent(s.name() + " " + s.text(), k -> new double[] {1e300, -1e300});
                m[0] = Math.min(m[0], s.measured());
                m[1] = Math.max(m[1], s.measured());
            }
            mm.forEach((k, v) -> System.out.println("   assume " + k + " " + Arrays.toString(v)));
            r.findings().forEach(f -> System.out.println("   - " + f));
        }
    }
}
