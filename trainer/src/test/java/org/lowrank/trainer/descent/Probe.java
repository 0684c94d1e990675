package org.lowrank.trainer.descent;

import org.lowrank.trainer.network.*;
import org.lowrank.trainer.task.*;

public class Probe {
    public static void main(String[] a) {
        int n = Integer.parseInt(a[0]);
        double lam = Double.parseDouble(a[1]);
        long T = Long.parseLong(a[2]);
        TaskPair p = SyntheticTasks.orthogonal(n, 100, 1, 1, 0);
        int[] wd = {100, 1000, 100, 1};
        ReluNetwork s = Initialisation.UNIFORM.draw(wd, new RandomStream(7));
        ReluNetwork s2 = Initialisation.UNIFORM.draw(wd, new RandomStream(7));
        FusedDescent f = new FusedDescent(s, p.first(), new DescentSettings(1, lam));
        PlainDescent pl = new PlainDescent(s2, p.first(), new DescentSettings(1, lam));
        for (int t : new int[] {1, 10, 100}) {
            f.advanceTo(t);
            pl.advanceTo(t);
            double e = 0, m = 0;
            for (int k = 0; k < 3; k++)
                for (int i = 0; i < f.network().weights()[k].length && i < 2000; i++) {
                    e = Math.max(
                            e,
                            Math.abs(f.network().weights()[k][i] - pl.network().weights()[k][i]));
                }
            System.out.println("step " + t + " max diff " + e);
            if (n > 200) break;
        }
        long t0 = System.nanoTime();
        long last = f.step();
        for (long t = 500; t <= T; t = (long) (t * 1.6)) {
            f.advanceTo(t);
            long now = System.nanoTime();
            double[] o = f.network().outputs(p.first());
            double L = 0;
            for (int i = 0; i < n; i++) L += LogisticLoss.of(o[i] * p.first().labels()[i]) / n;
            double us = (now - t0) / 1e3 / (t - last);
            System.out.printf(
                    "%d loss %.4g us/step %.0f  needed MF %.1f GF/s %.0f%n",
                    t, L, us, f.usefulOperations() / 1e6, f.usefulOperations() / us / 1e3);
            last = t;
            t0 = System.nanoTime();
        }
    }
}
