package org.lowrank.trainer.descent;

import java.lang.management.*;
import org.lowrank.trainer.network.*;
import org.lowrank.trainer.task.*;

public class Probe {
    public static void main(String[] a) {
        int n = Integer.parseInt(a[0]);
        double lam = Double.parseDouble(a[1]);
        long T = Long.parseLong(a[2]);
        TaskPair p = SyntheticTasks.orthogonal(n, 100, 1, 1, 0);
        ReluNetwork s = Initialisation.UNIFORM.draw(new int[] {100, 1000, 100, 1}, new RandomStream(7));
        FusedDescent f = new FusedDescent(s, p.first(), new DescentSettings(1, lam));
        f.advanceTo(1000);
        double best = 1e9;
        long at = 1000;
        while (at < T) {
            long t = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            at += 300;
            f.advanceTo(at);
            best = Math.min(best, (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - t) / 300e3);
        }
        System.out.printf(
                "lanes %d best cpu us/step %.0f needed MF %.1f GF/s %.0f%n",
                PanelProduct.LANE_COUNT, best, f.usefulOperations() / 1e6, f.usefulOperations() / best / 1e3);
    }
}
